"""Every way to stop a call, and what is left then."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import meshery
from support import ROOT, check_schema, endless, envoy, family, server


def check_stopped(partial: object) -> None:
    """Refuses anything but a stopped comparison with the runs made so far."""
    assert isinstance(partial, meshery.Comparison)
    document = partial.to_dict()
    check_schema("comparison", document)
    assert document["end"]["error"]["code"] == "cancelled"
    assert any(arm["runs"] for arm in document["arms"])


@contextmanager
def comparing(out: Path, mark: str) -> Iterator[subprocess.Popen[str]]:
    """The example program in the middle of a comparison that would take hours."""
    name, _, value = mark.partition("=")
    program = [sys.executable, str(ROOT / "examples/compare/compare.py"), "--rounds", "1000"]
    options = ["--duration", "200ms", "--out", str(out), "--envoy", str(envoy())]
    with subprocess.Popen(
        [*program, *options],
        env={**os.environ, name: value},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr
        lines = iter(running.stderr.readline, "")
        assert any(line.startswith("run ") for line in lines)
        assert len(family(mark)) > 1, "the program and what it has started"
        yield running


def test_ctrl_c_stops_a_program_and_leaves_nothing(tmp_path: Path) -> None:
    mark = f"MESHERY_FAMILY=python-{os.getpid()}-once"
    with comparing(tmp_path, mark) as running:
        running.send_signal(signal.SIGINT)
        output, errors = running.communicate()
    assert running.returncode == 130, errors
    assert family(mark) == []
    document = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert document["end"]["error"]["code"] == "cancelled"
    assert "none" in output


def test_a_second_ctrl_c_does_not_keep_it_from_cleaning_up(tmp_path: Path) -> None:
    mark = f"MESHERY_FAMILY=python-{os.getpid()}-twice"
    with comparing(tmp_path, mark) as running:
        running.send_signal(signal.SIGINT)
        time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        running.communicate()
    assert running.returncode != 0
    assert family(mark) == []


def test_ctrl_c_during_the_wait_raises_with_what_there_is() -> None:
    interrupt = threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT])

    def show(event: dict[str, Any]) -> None:
        if event["event"] == "run_finished" and event["run"] == 1:
            interrupt.start()

    with server() as upstream, pytest.raises(KeyboardInterrupt) as caught:
        meshery.compare(endless(upstream), progress=show)
    check_stopped(vars(caught.value)["partial"])


def test_what_progress_raises_stops_the_call_and_comes_out() -> None:
    def show(event: dict[str, Any]) -> None:
        if event["event"] == "run_finished":
            raise ZeroDivisionError

    with server() as upstream, pytest.raises(ZeroDivisionError) as caught:
        meshery.compare(endless(upstream), progress=show)
    check_stopped(vars(caught.value)["partial"])


def test_cancelling_a_task_stops_its_comparison() -> None:
    async def work(upstream: str) -> None:
        begun = asyncio.Event()

        def show(event: dict[str, Any]) -> None:
            if event["event"] == "run_finished":
                begun.set()

        task = asyncio.create_task(meshery.compare_async(endless(upstream), progress=show))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        check_stopped(vars(caught.value)["partial"])

    with server() as upstream:
        asyncio.run(work(upstream))


def test_a_stopped_load_keeps_its_measurement() -> None:
    def show(event: dict[str, Any]) -> None:
        if event["event"] == "load":
            raise ZeroDivisionError

    with server() as address, pytest.raises(ZeroDivisionError) as caught:
        meshery.run_load(
            target=f"http://{address}/", pace={"constant": "100/s"}, progress=show, connections=2
        )
    partial = vars(caught.value)["partial"]
    check_schema("measurement", partial)
    assert [reason["code"] for reason in partial["validity"]["invalid"]].count("cancelled") == 1
