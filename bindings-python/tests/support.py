"""What the tests share."""

import base64
import json
import os
import re
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import jsonschema
import pytest

from meshery import ControlPlane, MesheryError

ROOT = Path(__file__).parents[2]

# As little as a comparison can be: two arms, one block, some fifty requests a run.
BRIEF: dict[str, Any] = {
    "arms": [{"name": "none", "mesh": "none"}, {"name": "envoy", "mesh": "envoy"}],
    "rounds": 1,
    "load": {"stop": {"count": 50}, "warm_up": "0s", "connections": 2},
}


def endless(upstream: str) -> dict[str, Any]:
    """A comparison that no test waits for; it needs no Envoy."""
    none = {"name": "none", "mesh": "none"}
    return {
        "arms": [none, {"name": "again", "mesh": "none", "control": True}],
        "rounds": 1000,
        "upstream": upstream,
        "load": BRIEF["load"],
    }


def missing(what: str) -> NoReturn:
    """Skips the test for what is not there; in CI nothing may be, so that it fails."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def envoy() -> Path:
    """Where Envoy is; without one, the test is skipped, or fails in CI."""
    named = os.environ.get("MESHERY_ENVOY")
    path = Path(named) if named else ROOT / "target/envoy/bin/envoy"
    if path.exists():
        return path
    missing(f"no Envoy at {path}: run `cargo xtask setup`, or set MESHERY_ENVOY")


def control_plane(**fields: Any) -> ControlPlane:
    """A real control plane; without the servers, the test is skipped, or fails in CI."""
    try:
        return ControlPlane.start(**fields)
    except MesheryError as error:
        if error.code != "program_missing" or os.environ.get("CI"):
            raise
        pytest.skip(str(error))


def ask(
    plane: ControlPlane, path: str, folder: Path, patch: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Asks the API server by the credentials of a kubeconfig, or changes an object."""
    files = {}
    for name in ["certificate-authority", "client-certificate", "client-key"]:
        found = re.search(f"{name}-data: (\\S+)", plane.kubeconfig)
        assert found
        files[name] = folder / name
        files[name].write_bytes(base64.b64decode(found[1]))
    context = ssl.create_default_context(cafile=files["certificate-authority"])
    context.load_cert_chain(files["client-certificate"], files["client-key"])
    request = urllib.request.Request(plane.address + path, headers={"User-Agent": "python-test"})
    if patch is not None:
        request.method, request.data = "PATCH", json.dumps(patch).encode()
        request.add_header("Content-Type", "application/merge-patch+json")
    with urllib.request.urlopen(request, context=context) as answer:
        document: dict[str, Any] = json.load(answer)
        return document


def check_schema(name: str, document: object) -> None:
    """Refuses a document that is not by the published schema."""
    text = (ROOT / f"meshery-core/schema/{name}.schema.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(json.loads(text)).validate(document)


def family(mark: str) -> list[str]:
    """The processes that have inherited a mark in their environment."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and mark.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().decode().replace("\0", " "))
        except OSError:
            continue  # it has ended, or is somebody else's
    return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def server() -> Iterator[str]:
    """The address of an HTTP server in this process.

    It answers only if nobody keeps the interpreter's lock.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as served:
        served.daemon_threads = True
        Thread(target=served.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{served.server_port}"
        served.shutdown()
