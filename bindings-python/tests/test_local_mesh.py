"""A mesh as processes of this machine, from Python."""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import meshery
from support import check_schema, control_plane, envoy, family, server

CHECKS = [
    "request_passes",
    "wire_encrypted",
    "known_identity_admitted",
    "plaintext_refused",
    "anonymous_refused",
    "wrong_identity_refused",
    "foreign_authority_refused",
    "wrong_server_refused",
    "foreign_server_refused",
]


def start(upstream: str, mesh: str = "envoy", **fields: Any) -> meshery.LocalMesh:
    return meshery.LocalMesh.start(mesh=mesh, upstream=upstream, envoy=envoy(), **fields)


def refused(call: Callable[..., object], *given: Any, **named: Any) -> tuple[str, str | None]:
    with pytest.raises(meshery.MesheryError) as caught:
        call(*given, **named)
    return caught.value.code, caught.value.place


def test_a_mesh_is_installed_proven_and_removed() -> None:
    steps: list[dict[str, Any]] = []
    with server() as upstream, start(upstream, mtls=True, progress=steps.append) as mesh:
        assert list(mesh.processes) == ["server", "client"]
        assert mesh.url("/any") == f"http://{mesh.entry}/any"
        assert repr(mesh) == f"LocalMesh('{mesh.entry}')"
        with urllib.request.urlopen(mesh.url()) as answer:
            assert answer.status == 200
        checks = mesh.verify()
        for check in checks:
            check_schema("check-outcome", check)
        assert [check["name"] for check in checks if check["passed"]] == CHECKS
        assert mesh.propagation(1) is None, "its configuration does not change while it runs"
    mesh.stop()
    assert not any(Path(f"/proc/{pid}").exists() for pid in mesh.processes.values())
    assert {"event": "step", "title": "Start the client-side Envoy"} in steps
    assert refused(mesh.verify) == ("invalid_input", "id")
    assert refused(mesh.propagation, 1) == ("invalid_input", "id")


def test_a_check_that_fails_is_no_error() -> None:
    with start("127.0.0.1:1") as mesh:
        outcomes = {check["name"]: check["passed"] for check in mesh.verify()}
    assert outcomes == {"request_passes": False, "wire_plaintext": False}


def test_a_mesh_for_asyncio() -> None:
    async def work(upstream: str) -> None:
        spec = {"mesh": "envoy", "upstream": upstream}
        with await meshery.LocalMesh.start_async(spec, envoy=envoy()) as mesh:
            outcomes = {check["name"]: check["passed"] for check in await mesh.verify_async()}
            assert outcomes == {"request_passes": True, "wire_plaintext": True}
            assert await mesh.propagation_async(1) is None

    with server() as upstream:
        asyncio.run(work(upstream))


def test_what_is_wrong_is_named_at_its_place() -> None:
    invalid = "invalid_input"
    assert refused(start, "127.0.0.1:1", "envoi") == (invalid, "mesh")
    assert refused(start, "127.0.0.1:1", "linkerd") == ("unsupported", "mesh")
    assert refused(start, "127.0.0.1") == (invalid, "upstream")
    assert refused(start, "127.0.0.1:1", mtsl=True) == (invalid, "mtsl")
    for settings, place in [({"concurrency": 0}, "concurrency"), ({"workers": 1}, "workers")]:
        assert refused(start, "127.0.0.1:1", settings=settings) == (invalid, f"settings.{place}")
    spec = {"mesh": "envoy", "upstream": "127.0.0.1:1"}
    assert refused(meshery.LocalMesh.start, spec, envoy="/nowhere")[0] == "program_missing"
    with meshery.LocalMesh.start(mesh="none", upstream="127.0.0.1:1") as mesh:
        for changes in [-1, 1.5, 2**32, "1"]:
            assert refused(mesh.propagation, changes) == (invalid, "changes")


def test_what_is_started_ends_with_a_program_that_is_killed() -> None:
    name, value = "MESHERY_FAMILY", f"python-{os.getpid()}-mesh"
    program = f"""
import json, meshery
mesh = meshery.LocalMesh.start(mesh="envoy", upstream="127.0.0.1:1", envoy={str(envoy())!r})
print(json.dumps(mesh.processes), flush=True)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env=os.environ | {name: value},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout
        assert len(json.loads(running.stdout.readline())) == 2
        assert len(family(f"{name}={value}")) == 3
        running.kill()
    for _ in range(200):
        if not family(f"{name}={value}"):
            return
        time.sleep(0.025)  # the kernel needs a moment to end them
    pytest.fail("something is left")


def test_istio_is_proven_and_changed_by_calls_that_can_be_stopped() -> None:
    control_plane(nodes=[]).stop()  # skipped without the servers

    async def work(upstream: str) -> None:
        spec = {"mesh": "istio-local", "upstream": upstream, "mtls": True}
        with await meshery.LocalMesh.start_async(spec, envoy=envoy()) as mesh:
            for stopped in [mesh.verify_async(), mesh.propagation_async(1000)]:
                task = asyncio.create_task(stopped)
                await asyncio.sleep(0.5)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            outcomes = await mesh.verify_async()
            assert [check["name"] for check in outcomes if check["passed"]] == CHECKS
            found = await mesh.propagation_async(2)
            check_schema("propagation", found)
            assert found and (found["times"]["count"], found["unreached"]) == (2, 0)
            assert found["p90_ns"] >= found["p50_ns"] > 0

    with server() as upstream:
        asyncio.run(work(upstream))
