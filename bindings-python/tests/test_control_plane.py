"""A real control plane, from Python."""

import base64
import json
import re
import ssl
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import meshery
from support import check_schema, control_plane


def ask(plane: meshery.ControlPlane, path: str, folder: Path) -> dict[str, Any]:
    """Asks the API server by the credentials of a kubeconfig."""
    files = {}
    for name in ["certificate-authority", "client-certificate", "client-key"]:
        found = re.search(f"{name}-data: (\\S+)", plane.kubeconfig)
        assert found
        files[name] = folder / name
        files[name].write_bytes(base64.b64decode(found[1]))
    context = ssl.create_default_context(cafile=files["certificate-authority"])
    context.load_cert_chain(files["client-certificate"], files["client-key"])
    request = urllib.request.Request(plane.address + path, headers={"User-Agent": "python-test"})
    with urllib.request.urlopen(request, context=context) as answer:
        document: dict[str, Any] = json.load(answer)
        return document


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
