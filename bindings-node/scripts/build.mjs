// Builds the addon with cargo and puts it next to index.cjs. Options go to cargo: `npm run build -- --release`.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = dirname(dirname(fileURLToPath(import.meta.url)));

function cargo() {
  const options = ["build", "--locked", "--package", "meshery-node", "--message-format=json-render-diagnostics"];
  const { status, stdout, error } = spawnSync("cargo", [...options, ...process.argv.slice(2)], {
    cwd: home,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (error) throw new Error(`cargo cannot be run (https://rustup.rs): ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
  const artifacts = stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const built = artifacts.find(({ reason, target }) => reason === "compiler-artifact" && target.name === "meshery_node");
  return built.filenames[0];
}

// By way of a new name: a process that has the old addon loaded keeps it.
const addon = join(home, "meshery.node");
copyFileSync(cargo(), `${addon}.new.node`);
renameSync(`${addon}.new.node`, addon);

// So that the examples import the package by its name, as its users do.
const modules = join(dirname(home), "node_modules");
mkdirSync(modules, { recursive: true });
rmSync(join(modules, "meshery"), { force: true });
symlinkSync(home, join(modules, "meshery"));
