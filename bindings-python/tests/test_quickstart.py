"""The README's programs, run as printed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from support import ROOT, check_schema, control_plane, envoy


def test_the_quickstart_runs_as_printed(tmp_path: Path) -> None:
    search = os.pathsep.join([str(envoy().parent), os.environ["PATH"]])
    program = [sys.executable, str(ROOT / "examples/quickstart/quickstart.py")]
    said = subprocess.run(
        program,
        cwd=tmp_path,
        env=os.environ | {"PATH": search},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "envoy" in said.stdout and "95 % interval" in said.stdout
    result = json.loads((tmp_path / "quickstart/result.json").read_text(encoding="utf-8"))
    check_schema("comparison", result)
    assert result["end"] == {"ended": "complete"}
    assert (tmp_path / "quickstart/report.html").exists()


def test_configuration_is_checked_and_mended_as_printed() -> None:
    program = [sys.executable, str(ROOT / "examples/check/check.py")]
    said = subprocess.run(program, check=True, capture_output=True, text=True).stdout
    assert said.startswith("error[MSH101]")
    assert "\n+  - route: [{ destination: { host: reviews } }] # everything\n" in said
    assert said.endswith("mended: True\n")


def test_the_laptop_runs_as_printed() -> None:
    control_plane(nodes=[]).stop()  # skipped without the servers
    program = [sys.executable, str(ROOT / "examples/laptop/laptop.py")]
    environment = os.environ | {"MESHERY_ENVOY": str(envoy())}
    said = subprocess.run(
        program, env=environment, check=True, capture_output=True, text=True
    ).stdout
    assert re.match(r"requests enter at http://127.0.0.1:\d+/; 9 processes are at work\n", said)
    assert said.count(": True (") == 9
    assert re.search(r"\nhalf of all changes of its configuration arrive within \d+ ns\n$", said)


def test_the_lifecycle_runs_as_printed() -> None:
    control_plane(nodes=[]).stop()  # skipped without the servers
    program = [sys.executable, str(ROOT / "examples/lifecycle/lifecycle.py")]
    said = subprocess.run(program, check=True, capture_output=True, text=True).stdout
    assert "install shop: 3 to create\n+ Namespace shop\n" in said
    assert "All objects are there and ready: True" in said
    assert '    .data.text: "hello" -> "welcome"\n' in said
    assert "left behind: {'added': [], 'removed': [], 'changed': []}" in said


def test_the_samples_run_as_printed() -> None:
    control_plane(nodes=[]).stop()  # skipped without the servers
    program = [sys.executable, str(ROOT / "examples/samples/samples.py")]
    said = subprocess.run(program, check=True, capture_output=True, text=True).stdout
    assert "\nhttpbin: One server" in said
    assert said.endswith("18 objects are there and ready\n18 objects are gone\n")
