"""Campaigns: planned, stopped, and gone on with."""

import json
from pathlib import Path
from typing import Any

import pytest

import meshery
from support import BRIEF, check_schema, server

NONE = {"name": "none", "mesh": "none"}
SMALL: dict[str, Any] = {
    "arms": [NONE, {"name": "again", "mesh": "none", "control": True}],
    "workloads": [{"name": "page", "load": BRIEF["load"]}],
    "points": [
        {"name": "slow", "pace": {"constant": "500/s"}},
        {"name": "fast", "pace": {"constant": "2000/s"}},
    ],
    "rounds": 3,
    "seed": 5,
}


def test_a_plan_says_what_it_will_take_and_show() -> None:
    plan = meshery.plan_campaign(SMALL)
    check_schema("campaign-plan", plan)
    assert plan["runs"] == 2 * 2 * 3
    assert plan["warnings"], "three rounds are too few"
    with pytest.raises(meshery.MesheryError) as caught:
        meshery.plan_campaign(SMALL, looks=[9, 5])
    assert (caught.value.code, caught.value.place) == ("invalid_input", "looks")


def test_stopped_in_the_middle_it_goes_on(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"

    class EnoughError(Exception):
        pass

    def stop(event: dict[str, Any]) -> None:
        if event["event"] == "run_finished" and event["run"] == 5:
            raise EnoughError

    with server() as upstream:
        with pytest.raises(EnoughError) as caught:
            meshery.run_campaign(SMALL, journal=journal, upstream=upstream, progress=stop)
        partial = getattr(caught.value, "partial", None)
        assert isinstance(partial, meshery.Campaign)
        assert partial.to_dict()["end"]["error"]["code"] == "cancelled"
        with pytest.raises(meshery.MesheryError) as other:
            meshery.run_campaign(SMALL, journal=journal, upstream=upstream, rounds=4)
        assert other.value.code == "conflict"
        campaign = meshery.run_campaign(SMALL, journal=journal, upstream=upstream)

    document = campaign.to_dict()
    check_schema("campaign", document)
    assert (document["sessions"], document["end"]) == (2, {"ended": "complete"})
    for cell in document["cells"]:
        for arm in cell["comparison"]["arms"]:
            assert [run["block"] for run in arm["runs"]] == [1, 2, 3]
    assert list(campaign.cells) == [("page", "slow"), ("page", "fast")]
    # Three pairs claim nothing, on a slow machine for a second reason.
    verdict = campaign.cell("page", "fast").verdict("again", "latency.p50")
    assert verdict in ("inconclusive", "invalid")
    with pytest.raises(meshery.MesheryError):
        campaign.cell("page")
    assert "page at fast" in str(campaign) and "page at fast" in campaign._repr_html_()

    campaign.save(tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"report.html", "result.json", "summary.md", "junit.xml", "effects.csv"} <= names
    again = json.loads((tmp_path / "out/result.json").read_text(encoding="utf-8"))
    assert meshery.Campaign.from_dict(again).to_dict() == document
