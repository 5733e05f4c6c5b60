"""A real control plane, from Python."""

import re
from pathlib import Path
from typing import Any

import pytest

import meshery
from support import ask, check_schema, control_plane


def test_a_control_plane_answers_and_leaves_nothing(tmp_path: Path) -> None:
    steps: list[dict[str, Any]] = []
    with control_plane(progress=steps.append) as plane:
        assert re.match(r"v1\.\d+\.", plane.version)
        before = plane.mark()
        nodes = ask(plane, "/api/v1/nodes", tmp_path)
        assert [node["metadata"]["name"] for node in nodes["items"]] == ["node-1"]
        requests = plane.requests(before, plane.mark())
        mine = [request for request in requests if request["user_agent"] == "python-test"]
        assert [
            (found["verb"], found["object"]["resource"], found["status"]) for found in mine
        ] == [("list", "nodes", 200)]
        check_schema("audited-request", mine[0])
        plane.cordon("node-1")
        assert ask(plane, "/api/v1/nodes/node-1", tmp_path)["spec"]["unschedulable"] is True
        with pytest.raises(meshery.MesheryError) as refused:
            plane.destine("default", "a", "happy")
        assert refused.value.code == "invalid_input"
        assert len(plane.processes) == 4
        kubeconfig = plane.kubeconfig_path
        assert kubeconfig.is_file()
    plane.stop()
    assert not kubeconfig.exists()
    assert {"event": "step", "title": "start the API server"} in steps
    with pytest.raises(meshery.MesheryError) as gone:
        plane.address  # noqa: B018 - asking is the test
    assert gone.value.code == "not_found"


def test_what_is_asked_is_read_before_anything_starts() -> None:
    with pytest.raises(meshery.MesheryError) as unknown:
        meshery.ControlPlane.start(nodes=[{"nam": "a"}])
    assert (unknown.value.code, unknown.value.place) == ("invalid_input", "nodes[0].nam")
    with pytest.raises(meshery.MesheryError) as missing:
        meshery.ControlPlane.start(programs="/nowhere")
    assert missing.value.code == "program_missing"
