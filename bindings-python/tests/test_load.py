"""Load tests."""

import asyncio
import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

import meshery
from support import ROOT, check_schema, server


def test_a_measurement_is_by_the_schema_and_counts_every_request() -> None:
    with server() as address:
        found = meshery.run_load(
            target=f"http://{address}/", stop={"count": 200}, warm_up="0s", connections=2
        )
    check_schema("measurement", found)
    assert found["measured"]["counts"]["fates"] == {"ok": 200}
    assert found["measured"]["counts"]["statuses"] == {"200": 200}


def test_fields_go_before_the_specification() -> None:
    with server() as address:
        spec = {"target": f"http://{address}/", "stop": {"count": 5}, "connections": 1}
        found = meshery.run_load(spec, stop={"count": 7}, warm_up=timedelta(0))
    assert found["measured"]["counts"]["sent"] == 7


def test_durations_may_be_timedeltas() -> None:
    with server() as address:
        found = meshery.run_load(
            target=f"http://{address}/",
            connections=1,
            pace={"constant": "200/s"},
            stop={"duration": timedelta(milliseconds=250)},
            warm_up=timedelta(microseconds=1500),
            timeout=timedelta(seconds=1.5),
        )
    spec = found["spec"]
    assert (spec["stop"], spec["warm_up"]) == ({"duration": "250ms"}, "1.5ms")
    assert (spec["timeout"], found["measured"]["counts"]["scheduled"]) == ("1.5s", 50)


def test_asyncio_gets_the_same() -> None:
    with server() as address:
        work = meshery.run_load_async(
            target=f"http://{address}/", stop={"count": 20}, warm_up="0s", connections=1
        )
        found = asyncio.run(work)
    assert found["measured"]["counts"]["sent"] == 20


def test_an_open_load_draws_its_requests_and_keeps_its_rate() -> None:
    with server() as address:
        found = meshery.run_load(
            target=f"http://{address}/",
            pace={"poisson_exact": "500/s"},
            stop={"duration": "1s"},
            warm_up="0s",
            connections=8,
            seed=7,
            mix=[{"weight": 3, "request": {"path": "/{{uuid}}"}}, {"request": {}}],
        )
    check_schema("measurement", found)
    assert found["measured"]["counts"]["fates"] == {"ok": 500}
    assert (found["spec"]["seed"], found["series"][0]["scheduled"]) == (7, 500)
    assert found["percentiles"][0]["value_ns"] > 0


def test_a_check_that_fails_is_a_fate_with_evidence() -> None:
    with server() as address:
        found = meshery.run_load(
            target=f"http://{address}/",
            stop={"count": 20},
            warm_up="0s",
            connections=1,
            checks=[{"size": {"at_least": 1}}],
            thresholds={"checks": ["rate>0.99"]},
        )
    check_schema("measurement", found)
    assert found["measured"]["counts"]["fates"] == {"check_failed": 20}
    assert found["check_failures"][0]["samples"][0]["found"] == "0 bytes"
    assert not found["thresholds"][0]["holds"]


def test_a_load_that_is_stopped_in_the_middle_keeps_what_it_has() -> None:
    async def stopped() -> object:
        answered = asyncio.Event()

        def listen(event: dict[str, Any]) -> None:
            if event["event"] == "load" and event["done"] > 20:
                answered.set()

        with server() as address:
            work = asyncio.create_task(
                meshery.run_load_async(
                    target=f"http://{address}/",
                    pace={"constant": "200/s"},
                    stop={"duration": "600s"},
                    warm_up="0s",
                    progress=listen,
                )
            )
            await answered.wait()
            work.cancel()
            try:
                await work
            except asyncio.CancelledError as cancelled:
                return getattr(cancelled, "partial", None)
            raise AssertionError("it was not cancelled")

    found = asyncio.run(stopped())
    assert isinstance(found, dict)
    check_schema("measurement", found)
    assert found["validity"]["invalid"][0]["code"] == "cancelled"
    assert found["measured"]["counts"]["fates"]["ok"] > 0


def test_a_search_finds_an_interval() -> None:
    with server() as address:
        found = meshery.search(
            load={"target": f"http://{address}/", "connections": 2, "warm_up": "0s"},
            goals=[{"name": "never", "thresholds": {"response": ["min<0"]}}],
            lowest="50/s",
            highest="100/s",
            short="100ms",
            full="200ms",
            decided_by="200ms",
        )
    check_schema("search-result", found)
    assert found["goals"] == [{"goal": "never", "lower": None, "upper": "50/s", "complete": True}]
    with pytest.raises(meshery.MesheryError) as caught:
        meshery.search(load={"target": "http://a/"}, goals=[], lowest="1/s", highest="2/s")
    assert (caught.value.code, caught.value.place) == ("invalid_input", "goals")


def test_a_measurement_is_written_in_the_formats_of_others() -> None:
    with server() as address:
        found = meshery.run_load(
            target=f"http://{address}/", stop={"count": 20}, warm_up="0s", connections=1
        )
    fortio = meshery.export_measurement(found, "fortio")
    assert json.loads(fortio)["DurationHistogram"]["Count"] == 20
    assert "20" in meshery.convert_result(fortio, "fortio", "csv")
    for target, code in [("xls", "invalid_input"), ("oha", "unsupported")]:
        with pytest.raises(meshery.MesheryError) as caught:
            meshery.export_measurement(found, target)
        assert caught.value.code == code
    with pytest.raises(meshery.MesheryError) as caught:
        meshery.convert_result("{", "fortio", "csv")
    assert caught.value.code == "syntax"


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot stand in a specification"):
        meshery.run_load(target="http://127.0.0.1/", request={"body": object()})
    with pytest.raises(meshery.MesheryError) as caught:
        meshery.run_load(target="http://127.0.0.1/", timeout=timedelta(seconds=-1))
    assert caught.value.code == "invalid_input"


def test_the_example_prints_a_measurement() -> None:
    with server() as address:
        spec = {
            "target": f"http://{address}/",
            "stop": {"count": 20},
            "warm_up": "0s",
            "connections": 1,
        }
        program = ROOT / "examples/load/load.py"
        done = subprocess.run(
            [sys.executable, program, json.dumps(spec)], check=True, capture_output=True
        )
    check_schema("measurement", json.loads(done.stdout))
