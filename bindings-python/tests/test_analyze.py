"""Checks of configuration."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import meshery
from support import ROOT, check_schema

ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviws } }] }] }
"""
ROUTES = "VirtualService.networking.istio.io"
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
    folder = meshery.analyze(tmp_path)
    check_schema("analysis", dict(folder))
    assert folder == analysis
    assert meshery.analyze(f"{tmp_path}/*.yaml") == analysis


def test_one_file_needs_no_list(tmp_path: Path) -> None:
    path = tmp_path / "service.yaml"
    path.write_text(SERVICE)
    assert meshery.analyze(path, select=["MSH101"]) == {"findings": [], "errors": []}
    assert meshery.analyze(str(path), select=["MSH101"]) == {"findings": [], "errors": []}


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "latin1.yaml"
    path.write_bytes(b"name: caf\xe9\n")
    missing, latin1 = meshery.analyze([tmp_path / "missing.yaml", path]).errors[::-1]
    for error in (missing, latin1):
        check_schema("error", error)
    assert missing["place"].endswith("missing.yaml")
    assert latin1["place"].startswith(str(path))


def test_options_go_by_their_schema(tmp_path: Path) -> None:
    found = meshery.analyze({"a": ROUTE}, select=["MSH101"], closed=True).findings
    assert [it["severity"] for it in found] == ["error"]
    eased = meshery.analyze({"a": ROUTE}, select=["IST0101"], severities={"MSH101": "info"})
    assert {it["severity"] for it in eased.findings if it["code"] == "MSH101"} == {"info"}
    allow = tmp_path / "allow.yaml"
    allow.write_text("- { rules: [MSH101], reason: it comes tomorrow }\n")
    analysis = meshery.analyze({"a": ROUTE}, select=["MSH101"], allow=allow)
    assert analysis.findings == []
    assert analysis.allowed[0]["reason"] == "it comes tomorrow"
    first = meshery.analyze({"a": ROUTE}, select=["MSH101"])
    later = meshery.analyze(
        {"a": "# more\n" + ROUTE}, select=["MSH101"], baseline=first.fingerprints
    )
    assert later.findings == []
    with pytest.raises(meshery.MesheryError) as wrong:
        meshery.analyze({"a": ROUTE}, profil="all")
    assert wrong.value.code == "invalid_input"


def test_fixes_are_shown_before_they_are_made() -> None:
    analysis = meshery.analyze({"a": ROUTE, "b": SERVICE}, select=["MSH101"])
    assert analysis.fixed() == {}
    assert analysis.fixed(unsafe=True) == {"a": ROUTE.replace("reviws", "reviews")}
    assert "+spec: { hosts: [reviews]" in analysis.diff(unsafe=True)
    assert "MSH101" in str(analysis)
    assert json.loads(analysis.render("sarif"))["version"] == "2.1.0"
    assert analysis._repr_html_().startswith("<p>")


def test_a_session_follows_its_files() -> None:
    session = meshery.Session(select=["MSH101"])
    session.put({"a": ROUTE, "b": SERVICE})
    assert len(session.analysis().findings) == 1
    session.put({"a": ROUTE.replace("reviws", "reviews")})
    assert session.analysis().findings == []
    session.remove("b")
    assert len(session.analysis().findings) == 1


def test_what_could_not_be_read_is_told_until_it_can_be(tmp_path: Path) -> None:
    session = meshery.Session()
    session.put(tmp_path / "a.yaml")
    session.put(tmp_path / "a.yaml")
    assert len(session.analysis().errors) == 1
    (tmp_path / "a.yaml").write_text(SERVICE)
    session.put(tmp_path / "a.yaml")
    assert session.analysis().errors == []


def test_clusters_are_told_apart() -> None:
    session = meshery.Session(select=["IST0170"])
    ports = "spec: { ports: [{ name: http, port: PORT }] }\n"
    session.put({"east.yaml": SERVICE + ports.replace("PORT", "80")}, cluster="east")
    session.put({"west.yaml": SERVICE + ports.replace("PORT", "81")}, cluster="west")
    assert {it.get("cluster") for it in session.analysis().findings} <= {"east", "west"}
    assert session.analysis().findings != []


def test_changes_are_put_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ROUTE.replace("reviws", "reviews"))
    (tmp_path / "b.yaml").write_text(SERVICE)
    order = meshery.order({}, tmp_path)
    check_schema("order", dict(order))
    changes = [change["object"] for step in order.steps for change in step["changes"]]
    assert changes == ["Service shop/reviews", "VirtualService shop/reviews"]
    assert str(order).startswith("1. create Service shop/reviews\n2. create VirtualService")
    assert order.findings[0]["resource"] == "VirtualService shop/reviews"
    assert len(meshery.order({}, tmp_path / "missing.yaml").errors) == 1


@meshery.rule("SHOP1", "shop-hosts-known", "A route has a strange host", kind=ROUTES)
def strange(route: dict[str, Any], world: meshery.World) -> Iterator[meshery.Remark]:
    known = {service["metadata"]["name"] for service in world.of("Service")}
    for number, host in enumerate(route["spec"]["hosts"]):
        if host not in known:
            field = f"spec.hosts[{number}]"
            yield meshery.Remark(f"{host} is strange", field=field, help="name a Service")


def test_rules_of_ones_own_find_as_all_others() -> None:
    analysis = meshery.analyze({"a": ROUTE}, own=[strange], select=["SHOP1"])
    (found,) = [it for it in analysis.findings if it["code"] == "SHOP1"]
    assert (found["field"], found["help"]) == ("spec.hosts[0]", "name a Service")
    assert found["location"]["span"]["start"] == {"offset": 117, "line": 4, "column": 17}
    quiet = meshery.analyze({"a": ROUTE, "b": SERVICE}, own=[strange], select=["SHOP1"])
    assert quiet.findings == []
    allowed = ROUTE.replace("hosts", "hosts", 1).rstrip() + " # meshery: allow SHOP1: it is ours\n"
    assert meshery.analyze({"a": allowed}, own=[strange], select=["SHOP1"]).findings == []


def test_rules_in_cel_are_tested(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    text = """\
code: SHOP2
name: shop-owned
summary: Nobody owns an object
kind: Service
holds: has(object.metadata.labels)
tests:
- bad: "{ apiVersion: v1, kind: Service, metadata: { name: a } }"
"""
    path.write_text(text)
    assert meshery.test_rules(path) == []
    found = meshery.analyze({"b": SERVICE}, rules=[path], select=["SHOP2"]).findings
    assert [it["code"] for it in found] == ["SHOP2"]
    path.write_text(text.replace("has(object.metadata.labels)", "'!has(object.metadata.labels)'"))
    (error,) = meshery.test_rules(path)
    assert "does not find its bad example" in error["message"]


def test_an_assertion_fails_with_all_that_is_wrong() -> None:
    meshery.assert_no_findings({"a": ROUTE.replace("reviws", "reviews"), "b": SERVICE})
    with pytest.raises(AssertionError, match="MSH101"):
        meshery.assert_no_findings({"a": ROUTE}, severity="warning", select=["MSH101"])


def test_every_rule_has_its_page() -> None:
    rules = meshery.rules()
    for rule in rules:
        check_schema("rule-info", rule)
    assert meshery.explain(rules[0]["code"]).startswith(f"# {rules[0]['code']}")
    with pytest.raises(meshery.MesheryError) as wrong:
        meshery.explain("MSH1O1")
    assert (wrong.value.code, wrong.value.expected) == ("not_found", "MSH101")


def test_the_example_says_so_with_its_exit_code() -> None:
    fixtures = ROOT / "meshery-mesh/tests/fixtures/analyze"
    program = ROOT / "examples/analyze/analyze.py"
    for kind, code in (("bad", 1), ("good", 0)):
        file = fixtures / f"{kind}.yaml"
        done = subprocess.run([sys.executable, program, file], capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        assert ("MSH101" in done.stdout) == (kind == "bad")
