"""The golden cases, the same as in Rust (`examples/tests/golden.rs`) and Node."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import meshery
from support import ROOT

FOLDER = ROOT / "meshery-core/tests/golden"
CASES = sorted(FOLDER.glob("*.json"))


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def look_up(given: dict[str, Any]) -> dict[str, Any]:
    comparison = meshery.Comparison.from_dict(read(FOLDER / given["document"]))
    verdicts: dict[str, dict[str, str]] = {}
    for effect in comparison.to_dict()["effects"]:
        arm, metric = effect["arm"], effect["metric"]
        verdicts.setdefault(arm, {})[metric] = comparison.verdict(arm, metric)
    return {"verdicts": verdicts, "table": comparison.table}


def show(given: dict[str, Any]) -> dict[str, Any]:
    plan = meshery.Plan.from_dict(given["plan"])
    return {
        "empty": plan.is_empty,
        "text": str(plan),
        "ansi": plan.to_ansi(),
        "html": plan.to_html(),
        "roles": plan.roles(given["role"]),
        "document": plan.document,
    }


def check(given: dict[str, Any]) -> dict[str, Any]:
    analysis = meshery.analyze(given["texts"], **given["options"])
    formats = ["github", "html", "junit", "markdown", "sarif", "text"]
    return {
        "analysis": dict(analysis),
        "fingerprints": analysis.fingerprints,
        "fixed": analysis.fixed(unsafe=True),
        "diff": analysis.diff(unsafe=True),
        "is_error": analysis.is_at_least("error"),
        "rendered": {name: analysis.render(name) for name in formats},
    }


def put_in_order(given: dict[str, Any]) -> dict[str, Any]:
    order = meshery.order(given["running"], given["wanted"], **given["options"])
    return {"order": dict(order), "text": str(order)}


CALLS: dict[str, Callable[[Any], object]] = {
    "analyze": meshery.analyze,
    "check": check,
    "compare": meshery.compare,
    "comparison": look_up,
    "install": meshery.LocalMesh.start,
    "order": put_in_order,
    "plan": show,
    "run_load": meshery.run_load,
}


def test_there_are_cases() -> None:
    assert CASES


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = read(path)
    try:
        found = CALLS[case["call"]](case["input"])
    except meshery.MesheryError as error:
        expected = case["expect"]["error"]
        assert all(part in str(error) for part in expected.pop("mentions", []))
        assert {name: getattr(error, name) for name in expected} == expected
    else:
        assert found == case["expect"]["ok"]
