"""Sample applications on a real control plane and on this machine, from Python."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import meshery
import support
from support import ask, check_schema, envoy


@pytest.fixture(scope="module")
def control_plane() -> Iterator[meshery.ControlPlane]:
    """As the plugin's, but skipped without the servers."""
    with support.control_plane() as plane:
        yield plane


@pytest.fixture
def lifecycle(control_plane: meshery.ControlPlane) -> meshery.Lifecycle:
    return control_plane.lifecycle()


def refused(call: Any, *given: Any, **named: Any) -> tuple[str, str | None]:
    with pytest.raises(meshery.MesheryError) as caught:
        call(*given, **named)
    return caught.value.code, caught.value.place


def test_every_sample_is_told_of() -> None:
    samples = meshery.samples()
    for sample in samples:
        check_schema("sample-info", sample)
        instance = meshery.sample_spec(sample=sample["name"])
        check_schema("instance-spec", instance)
        assert (instance["name"], instance["version"]) == (sample["name"], sample["version"])
    names = [sample["name"] for sample in samples]
    assert "echo" in names and names == sorted(names)


def test_what_is_wrong_is_named_at_its_place() -> None:
    assert refused(meshery.sample_spec, sample="bookstore") == ("invalid_input", "sample")
    assert refused(meshery.sample_spec, sample="echo", nam="a") == ("invalid_input", "nam")
    given = {"sample": "echo", "settings": {"abort_percentage": 101}}
    assert refused(meshery.sample_spec, given) == ("invalid_input", "settings.abort_percentage")


def test_a_sample_comes_by_one_call_and_goes_by_one(
    control_plane: meshery.ControlPlane, lifecycle: meshery.Lifecycle, tmp_path: Path
) -> None:
    before = lifecycle.snapshot()
    spec = {
        "sample": "echo",
        "namespace": "shop",
        "namespace_labels": {"istio-injection": "enabled"},
        "namespace_annotations": {"linkerd.io/inject": "enabled"},
        "settings": {"delay": "20ms"},
    }
    check_schema("sample-spec", spec)
    plan = lifecycle.plan(meshery.sample_spec(spec))
    report = lifecycle.install_sample(spec)
    check_schema("operation-report", report)
    assert len(report["created"]) == len(plan.document["changes"]) == 7
    assert lifecycle.status("echo")["healthy"]
    metadata = ask(control_plane, "/api/v1/namespaces/shop", tmp_path)["metadata"]
    assert metadata["labels"]["istio-injection"] == "enabled"
    assert metadata["annotations"]["linkerd.io/inject"] == "enabled"
    assert len(lifecycle.uninstall("echo")["deleted"]) == 7
    assert not any(before.compare(lifecycle.snapshot()).values())


def test_a_sample_for_asyncio(lifecycle: meshery.Lifecycle) -> None:
    async def work() -> None:
        operation = lifecycle.start_install_sample(sample="httpbin")
        seen = [event["happening"] async for event in operation]
        assert seen[-1] == "ended"
        again = await lifecycle.install_sample_async(sample="httpbin")
        assert (again["created"], again["unchanged"]) == ([], len((await operation)["created"]))
        await lifecycle.uninstall_async("httpbin")

    asyncio.run(work())


def answer(url: str, host: str = "anybody") -> tuple[int, str]:
    """The status, and the version that has answered."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host})) as found:
            return found.status, json.load(found)["body"]
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_the_echo_on_this_machine_in_both_versions() -> None:
    steps: list[dict[str, Any]] = []
    with meshery.LocalSample.start(sample="echo", envoy=envoy(), progress=steps.append) as echo:
        assert set(echo.processes) == {"echo", "v1", "v2"}
        assert {answer(echo.url("/any")) for _ in range(10)} == {(200, "v1"), (200, "v2")}
        assert {answer(echo.url(), "echo-v2") for _ in range(5)} == {(200, "v2")}
        assert echo.entry in echo.url() and repr(echo) == f"LocalSample('{echo.entry}')"
    echo.stop()
    assert not any(Path(f"/proc/{pid}").exists() for pid in echo.processes.values())
    assert {"event": "step", "title": "Start v1 of the echo"} in steps


def test_the_echo_fails_as_it_is_told() -> None:
    settings = {"abort_percentage": 100, "abort_status": 418, "faulty": "v1"}

    async def start() -> meshery.LocalSample:
        spec = {"sample": "echo", "settings": settings}
        return await meshery.LocalSample.start_async(spec, envoy=envoy())

    with asyncio.run(start()) as echo:
        assert {answer(echo.url(), "echo-v1") for _ in range(5)} == {(418, "")}
        assert {answer(echo.url(), "echo-v2") for _ in range(5)} == {(200, "v2")}


def test_what_does_not_run_on_this_machine_is_refused() -> None:
    start = meshery.LocalSample.start
    assert refused(start, sample="bookstore") == ("invalid_input", "sample")
    assert refused(start, sample="bookinfo") == ("unsupported", "sample")
    assert refused(start, sample="echo", namespace="shop") == ("invalid_input", "namespace")
