"""Checks of configuration."""

import subprocess
import sys
from pathlib import Path

import pytest

import meshery
from support import ROOT, check_schema

ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviws } }] }] }
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
"""


def test_files_are_seen_as_one_cluster(tmp_path: Path) -> None:
    route, service = tmp_path / "route.yaml", tmp_path / "service.yaml"
    route.write_text(ROUTE)
    service.write_text(SERVICE)
    analysis = meshery.analyze([route, service])
    assert analysis["errors"] == []
    (finding,) = [it for it in analysis["findings"] if it["code"] == "MSH101"]
    check_schema("finding", finding)
    assert finding["location"]["file"] == str(route)
    assert finding["location"]["span"]["start"]["line"] == 4
    by_name = meshery.analyze({"a": ROUTE, "b": SERVICE})["findings"]
    assert finding["message"] in [it["message"] for it in by_name]


def test_one_file_needs_no_list(tmp_path: Path) -> None:
    path = tmp_path / "service.yaml"
    path.write_text(SERVICE)
    assert meshery.analyze(path) == {"findings": [], "errors": []}
    assert meshery.analyze(str(path)) == {"findings": [], "errors": []}


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        meshery.analyze(tmp_path / "missing.yaml")
    path = tmp_path / "latin1.yaml"
    path.write_bytes(b"name: caf\xe9\n")
    (error,) = meshery.analyze(path)["errors"]
    check_schema("error", error)
    assert error["place"].startswith(str(path))


def test_the_example_says_so_with_its_exit_code() -> None:
    fixtures = ROOT / "meshery-mesh/tests/fixtures/analyze"
    program = ROOT / "examples/analyze/analyze.py"
    for kind, code in (("bad", 1), ("good", 0)):
        file = fixtures / f"{kind}.yaml"
        done = subprocess.run([sys.executable, program, file], capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        assert ("MSH101" in done.stdout) == (kind == "bad")
