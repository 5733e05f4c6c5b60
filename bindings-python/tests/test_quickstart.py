"""The README's quickstart, run as printed."""

import json
import os
import subprocess
import sys
from pathlib import Path

from support import ROOT, check_schema, envoy


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
