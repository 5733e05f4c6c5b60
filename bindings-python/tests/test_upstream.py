"""Upstream's own cases, judged from Python: the same data and rules as in the other languages."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import meshery
from support import ROOT, missing

SHARED = ROOT.parent / "shared"
# What istioctl leaves out, whoever asks.
SYSTEM = ("kube-system/", "kube-public/", "kube-node-lease/", "local-path-storage/")
CODES = {rule["code"]: {rule["code"], *rule["aliases"]} for rule in meshery.rules()}


def data(folder: str) -> Path:
    """A folder of the data; without it the test is skipped, or fails in CI."""
    path = SHARED / folder
    if not path.is_dir():
        missing(f"the data is not at {path}")
    return path


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def on_grid(folder: Path, case: Any) -> set[tuple[str, str]]:
    told = {"mesh_config": "meshConfigFile", "mesh_networks": "meshNetworksFile"}
    session = meshery.Session(
        profile="istioctl",
        select=[case["analyzer"]],
        closed=True,
        **{option: folder / case[key] for option, key in told.items() if key in case},
    )
    session.put([folder / file for file in case.get("inputFiles", [])])
    for cluster, files in case.get("clusterInputFiles", {}).items():
        session.put([folder / file for file in files], cluster=cluster)
    analysis = session.analysis()
    assert analysis.errors == []
    assert all(it["location"]["span"]["start"]["column"] > 0 for it in analysis.findings)
    found = [it for it in analysis.findings if not any(name in it["resource"] for name in SYSTEM)]
    return {(it["code"], it["resource"]) for it in found}


def test_every_case_of_upstreams_grid() -> None:
    folder = data("istio-analyze")
    wrong = []
    for case in read(folder / "cases.json"):
        expected = {(it["code"], it["kind_ns_name"]) for it in case["expected"]}
        is_same = on_grid(folder, case) == expected
        wrong += [] if is_same else [case["name"]]
        print("GRID", "as upstream" if is_same else "differs    ", case["name"])
    assert wrong == []


def steps(path: str) -> list[str]:
    """The steps of a path; a key in brackets is one of them."""
    return [key or step for key, step in re.findall(r"\[([^]]*)\]|([^.\[]+)", path)]


def related(one: str, other: str) -> bool:
    """Whether one is the other, or in it."""
    return all(a == b for a, b in zip(steps(one), steps(other), strict=False))


def is_about(finding: Any, resource: str | None) -> bool:
    if resource is None:
        return True
    bare = resource.replace(" default/", " ", 1)
    name: str = finding["resource"]
    return name.endswith(resource) or name == bare


def is_caught(findings: list[Any], expect: Any) -> bool:
    if "findings" in expect:
        return all(any(meets(it, wanted) for it in findings) for wanted in expect["findings"])
    errors = [it for it in findings if it["severity"] == "error"]
    about = [it for it in errors if is_about(it, expect.get("resource"))]
    fields = [it["field"] for it in expect.get("violations", []) if "field" in it]
    return bool(about) and all(
        any(related(it.get("field", ""), field) for it in about) for field in fields
    )


def meets(finding: Any, wanted: Any) -> bool:
    enough = ("warning", "error") if wanted["severity"] == "warning" else ("error",)
    return (
        wanted["code"] in CODES[finding["code"]]
        and finding["severity"] in enough
        and is_about(finding, wanted.get("resource"))
        and related(finding.get("field", ""), wanted.get("field", ""))
    )


def verdicts(source: str, folder: Path) -> Iterator[tuple[str, str]]:
    for case in read(folder / "cases.json"):
        closed = source == "kiali"
        analysis = meshery.analyze(folder / case["file"], profile="all", closed=closed, now=0)
        assert analysis.errors == []
        findings, expect = analysis.findings, case["expect"]
        if case["kind"] == "invalid":
            verdict = "caught" if is_caught(findings, expect) else "missed"
        else:
            wrong = (
                [it for it in findings if expect["rule"] in CODES[it["code"]]]
                if source == "kiali"
                else [it for it in findings if it["severity"] == "error"]
            )
            verdict = "flagged" if wrong else "passed"
        print("CONFIG", verdict, source, case["name"])
        yield verdict, case["name"]


def test_every_document_with_upstreams_verdict() -> None:
    folder = data("config-rules")
    found: list[tuple[str, str]] = []
    for source in ("consul", "gateway-api", "istio", "kiali", "kuma", "linkerd"):
        found += verdicts(source, folder / source)
    counts = Counter(verdict for verdict, _ in found)
    print("CONFIG", dict(counts))
    assert [name for verdict, name in found if verdict == "flagged"] == []
    assert counts["caught"] >= 0.98 * (counts["caught"] + counts["missed"])
