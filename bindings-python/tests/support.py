"""What the tests share."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

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


def envoy() -> Path:
    """Where Envoy is; without one, the test is skipped, or fails in CI."""
    named = os.environ.get("MESHERY_ENVOY")
    path = Path(named) if named else ROOT / "target/envoy/bin/envoy"
    if path.exists():
        return path
    missing = f"no Envoy at {path}: run `cargo xtask setup`, or set MESHERY_ENVOY"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def control_plane(**fields: Any) -> ControlPlane:
    """A real control plane; without the servers, the test is skipped, or fails in CI."""
    try:
        return ControlPlane.start(**fields)
    except MesheryError as error:
        if error.code != "program_missing" or os.environ.get("CI"):
            raise
        pytest.skip(str(error))


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
