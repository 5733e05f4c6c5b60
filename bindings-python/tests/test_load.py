"""Load tests."""

import asyncio
import json
import subprocess
import sys
from datetime import timedelta

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
