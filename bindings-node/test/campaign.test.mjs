// Campaigns: planned, stopped, and gone on with.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { Campaign, planCampaign, runCampaign } from "meshery";

import { BRIEF, checkSchema, serve } from "./support.mjs";

const scratch = mkdtempSync(join(tmpdir(), "meshery-"));
after(() => rmSync(scratch, { recursive: true }));

const SMALL = {
  arms: [
    { name: "none", mesh: "none" },
    { name: "again", mesh: "none", control: true },
  ],
  workloads: [{ name: "page", load: BRIEF.load }],
  points: [
    { name: "slow", pace: { constant: "500/s" } },
    { name: "fast", pace: { constant: "2000/s" } },
  ],
  rounds: 3,
  seed: 5,
};

test("a plan says what a campaign will take and show", () => {
  const plan = planCampaign(SMALL);
  checkSchema("campaign-plan", plan);
  assert.equal(plan.runs, 2 * 2 * 3);
  assert.ok(plan.warnings.length > 0, "three rounds are too few");
  assert.throws(() => planCampaign({ ...SMALL, looks: [9, 5] }), { code: "invalid_input", place: "looks" });
});

test("stopped in the middle, a campaign goes on", async () => {
  const journal = join(scratch, "journal.jsonl");
  const campaign = await serve(async (upstream) => {
    const spec = { ...SMALL, upstream };
    const enough = new Error("enough");
    const onProgress = (event) => {
      if (event.event === "run_finished" && event.run === 5) throw enough;
    };
    const caught = await runCampaign(spec, { journal, onProgress }).catch((error) => error);
    assert.equal(caught, enough);
    assert.ok(caught.partial instanceof Campaign);
    assert.equal(caught.partial.toJSON().end.error.code, "cancelled");
    await assert.rejects(runCampaign({ ...spec, rounds: 4 }, { journal }), { code: "conflict" });
    return runCampaign(spec, { journal });
  });

  const document = campaign.toJSON();
  checkSchema("campaign", document);
  assert.deepEqual([document.sessions, document.end], [2, { ended: "complete" }]);
  for (const { comparison } of document.cells) {
    for (const arm of comparison.arms) assert.deepEqual(arm.runs.map(({ block }) => block), [1, 2, 3]);
  }
  assert.deepEqual(campaign.cells.map(({ workload, point }) => [workload, point]), [["page", "slow"], ["page", "fast"]]);
  // Three pairs claim nothing, on a slow machine for a second reason.
  assert.match(campaign.cell("page", "fast").verdict("again", "latency.p50"), /^(inconclusive|invalid)$/);
  assert.throws(() => campaign.cell("page"), { code: "invalid_input", place: "cells" });
  assert.match(`${campaign}`, /page at fast/);
  assert.match(campaign.html, /page at fast/);

  const out = join(scratch, "out");
  campaign.save(out);
  const names = readdirSync(out);
  for (const name of ["report.html", "result.json", "summary.md", "junit.xml"]) assert.ok(names.includes(name), name);
  assert.deepEqual(Campaign.fromJSON(JSON.parse(readFileSync(join(out, "result.json"), "utf8"))).toJSON(), document);
});
