"""The package as a whole: its README, its types, its errors."""

import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import meshery
from support import BRIEF, ROOT, envoy

HERE = ROOT / "bindings-python"


def test_the_stubs_are_those_of_the_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "meshery._native", "--concise"],
        cwd=HERE,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_everything_public_is_documented() -> None:
    assert meshery.__doc__
    for name in meshery.__all__:
        assert hasattr(meshery, name)
    assert (Path(meshery.__file__).parent / "py.typed").exists()


def test_the_readme_runs_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a shorter load: every name and call in it is real."""
    text = (HERE / "README.md").read_text(encoding="utf-8")
    snippets = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert snippets
    compare = meshery.compare

    def brief(**fields: Any) -> meshery.Comparison:
        return compare({**fields, **BRIEF}, envoy=envoy())

    monkeypatch.setattr(meshery, "compare", brief)
    monkeypatch.chdir(tmp_path)
    for snippet in snippets:
        exec(compile(snippet, "README.md", "exec"), {})
    assert (tmp_path / "out/report.html").exists()


def test_errors_say_all_they_know_and_survive_pickling() -> None:
    with pytest.raises(meshery.MesheryError) as caught:
        meshery.compare(rounds=0)
    error = caught.value
    said = (error.code, error.place, error.expected, error.found, error.message, error.context)
    assert said == ("invalid_input", "rounds", "at least 1", "0", "out of range", {})
    assert str(error) == "rounds: out of range: expected at least 1, found 0"
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.code, again.place) == (str(error), error.code, error.place)
