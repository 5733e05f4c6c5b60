"""Results over time, and the plugin that keeps and judges them."""

import json
from pathlib import Path
from typing import Any

import pytest

import meshery
from support import ROOT, check_schema

pytest_plugins = ["pytester"]

DOCUMENT: dict[str, Any] = json.loads(
    (ROOT / "meshery-core/tests/golden/documents/comparison.json").read_text(encoding="utf-8")
)


def release(number: int) -> meshery.Comparison:
    """The same result as if measured on another day."""
    started = DOCUMENT["started_unix_ns"] + number * 86_400_000_000_000
    return meshery.Comparison.from_dict({**DOCUMENT, "started_unix_ns": started})


def test_releases_are_kept_reviewed_exported_and_named(tmp_path: Path) -> None:
    history = meshery.History(tmp_path / "history.sqlite")
    entries = [history.add(release(number), f"1.{number}") for number in range(7)]
    assert [entry.release for entry in history.entries] == [f"1.{number}" for number in range(7)]
    review = history.review(entries[-1])
    check_schema("history-review", review)
    assert {trend["standing"] for trend in review["trends"]} == {"usual"}
    for series in history.series:
        check_schema("history-series", series)
        assert len(series["points"]) == 7
    assert "Release by release" in history.html
    with pytest.raises(meshery.MesheryError) as caught:
        history.standing(release(9), "main")
    assert caught.value.code == "invalid_input"
    history.set_baseline("main", entries[5])
    assert history.baseline("main") == entries[5]
    trends = history.standing(release(9), "main")
    assert {trend["releases"] for trend in trends} == {6}

    history.export_to(tmp_path / "history.jsonl")
    other = meshery.History(tmp_path / "other.sqlite")
    assert other.import_from(tmp_path / "history.jsonl") == 7
    assert other.series == history.series


def test_the_plugin_judges_keeps_and_reports(pytester: pytest.Pytester) -> None:
    document = pytester.path / "comparison.json"
    document.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    pytester.makepyfile(
        """
        import json
        from pathlib import Path
        import meshery

        def test_envoy(mesh):
            document = json.loads(Path("comparison.json").read_text())
            mesh.use(meshery.Comparison.from_dict(document))
        """
    )
    run = pytester.runpytest_subprocess

    kept = run("--mesh-save", "1.0", "--mesh-report", "reports")
    kept.assert_outcomes(passed=1)
    kept.stdout.fnmatch_lines(["*mesh: test_*", "*envoy-mtls*", "kept as 1.0, entry 1"])
    assert list((pytester.path / "reports").glob("*/report.html"))
    assert meshery.History(pytester.path / ".mesh-history.sqlite").entries[0].release == "1.0"

    run("--mesh-fail-on", "latency.p50 < 1s").assert_outcomes(passed=1)
    over = run("--mesh-fail-on", "latency.p50 < 1us", "--mesh-fail-on", "regressed")
    over.assert_outcomes(passed=1, errors=1)
    over.stdout.fnmatch_lines(["*envoy: latency.p50*asked: latency.p50 < 1us*"])
    run("--mesh-fail-on", "suspected").assert_outcomes(passed=1)
    unknown = run("--mesh-fail-on", "suspected", "--mesh-baseline", "main")
    unknown.stdout.fnmatch_lines(["*no entry of this history has that name*"])


def test_a_gate_answers_with_one_bit() -> None:
    comparison = release(0)
    answer = comparison.gate(fail_on=[], budgets=["envoy: latency.p50 < 1us"])
    check_schema("gate-result", answer)
    assert not answer["passed"]
    assert answer["failures"][0]["arm"] == "envoy"
    assert comparison.gate(fail_on=[], budgets=["latency.p50 < 1s"])["passed"]
    with pytest.raises(meshery.MesheryError) as caught:
        comparison.gate(budgets=["latency.p50 < many"])
    assert caught.value.place == "budgets[0]"
