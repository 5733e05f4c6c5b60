"""Installing, upgrading and removing on a real control plane, from Python."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import meshery
import support
from support import ask, check_schema

PASSWORD = "correct-horse-battery-staple"
MANIFESTS = """
apiVersion: v1
kind: ServiceAccount
metadata: { name: shop }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: shop }
data: { colour: COLOUR }
---
apiVersion: v1
kind: Secret
metadata: { name: shop }
stringData: { password: PASSWORD-COLOUR }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      serviceAccountName: shop
      containers: [{ name: shop, image: shop }]
"""


def shop(name: str, colour: str = "blue", version: str = "1") -> dict[str, Any]:
    """What is wanted, in a namespace of the same name."""
    text = MANIFESTS.replace("COLOUR", colour).replace("PASSWORD", PASSWORD)
    return {"name": name, "namespace": name, "version": version, "sources": [{"text": text}]}


@pytest.fixture(scope="session")
def control_plane() -> Iterator[meshery.ControlPlane]:
    """As the plugin's, but skipped without the servers; its `lifecycle` is made from it."""
    with support.control_plane() as plane:
        yield plane


def test_from_nothing_to_nothing(lifecycle: meshery.Lifecycle) -> None:
    before = lifecycle.snapshot()
    said: list[object] = []

    plan = lifecycle.plan(shop("all"))
    check_schema("change-plan", plan.document)
    assert str(plan).startswith("install all 1: 5 to create\n+ Namespace all\n")
    assert repr(plan) == "<Plan: install all 1: 5 to create>"
    assert plan == lifecycle.plan(shop("all")) == meshery.Plan.from_dict(plan.document)
    assert plan != lifecycle.plan(shop("all"), options={"create_namespaces": True}, version="2")
    assert {role["kind"] for role in plan.roles("installer")} == {"ClusterRole", "Role"}

    report = lifecycle.install(shop("all"), progress=said.append)
    check_schema("operation-report", report)
    assert (report["kind"], report["revision"], len(report["created"])) == ("install", 1, 5)
    status = lifecycle.status("all")
    check_schema("instance-status", status)
    assert status["healthy"] and "holder" not in status
    (outcome,) = lifecycle.verify("all")
    check_schema("check-outcome", outcome)
    assert outcome["passed"]
    assert lifecycle.plan(shop("all")).is_empty
    assert lifecycle.events("all") == report["events"] != []

    plan = lifecycle.plan(shop("all", "red", "2"))
    assert '.data.colour: "blue" -> "red"' in str(plan) and ".data.password: " in str(plan)
    assert "\x1b[33m~ ConfigMap" in plan.to_ansi() and "<ins>" in plan._repr_html_()
    said += [str(plan), plan.to_ansi(), plan.to_html(), plan.document]
    upgraded = lifecycle.upgrade(shop("all", "red", "2"), progress=said.append)
    assert [changed["kind"] for changed in upgraded["updated"]] == ["ConfigMap", "Secret"]
    assert lifecycle.plan_rollback("all").document["to_version"] == "1"
    rolled_back = lifecycle.rollback("all", progress=said.append)
    assert lifecycle.plan(shop("all")).is_empty
    said += [report, status, upgraded, rolled_back, lifecycle.status("all")]

    assert len(lifecycle.plan_uninstall("all").document["changes"]) == 5
    removed = lifecycle.uninstall("all", progress=said.append)
    assert (len(removed["deleted"]), removed["kept"], removed["residue"]) == (5, [], [])
    after = lifecycle.snapshot()
    assert before.compare(after) == {"added": [], "removed": [], "changed": []}
    assert len(before) == len(after) > 100
    spoken = json.dumps([*said, removed])
    for colour in ["blue", "red"]:
        value = f"{PASSWORD}-{colour}"
        assert value not in spoken
        assert base64.b64encode(value.encode()).decode() not in spoken


def test_what_somebody_else_has_changed(
    control_plane: meshery.ControlPlane, lifecycle: meshery.Lifecycle, tmp_path: Path
) -> None:
    lifecycle.install(shop("drifting"))
    before = lifecycle.snapshot()
    path = "/api/v1/namespaces/drifting/configmaps/shop"
    ask(
        control_plane,
        path,
        tmp_path,
        {"data": {"colour": "green"}, "metadata": {"labels": {"a": "b"}}},
    )
    (changed,) = before.compare(lifecycle.snapshot())["changed"]
    assert (changed["kind"], changed["name"]) == ("ConfigMap", "shop")

    (drift,) = lifecycle.drift("drifting")
    check_schema("drift", drift)
    assert (drift["object"], drift["kind"]) == (changed, "changed")
    assert {"path": ".data.colour", "before": "green", "after": "blue"} in drift["fields"]
    (manager,) = drift["managers"]

    with pytest.raises(meshery.MesheryError) as contested:
        lifecycle.install(shop("drifting"))
    assert contested.value.code == "conflict"
    assert manager in str(contested.value) + str(contested.value.context)
    lifecycle.install(shop("drifting"), options={"overrule": [manager]})
    assert ask(control_plane, path, tmp_path)["data"]["colour"] == "blue"
    assert lifecycle.drift("drifting") == []


ISTIOD = """
apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, labels: { app: istiod } }
spec:
  selector: { matchLabels: { app: istiod } }
  template:
    metadata: { labels: { app: istiod } }
    spec: { containers: [{ name: discovery, image: "docker.io/istio/pilot:1.30.3" }] }
"""


def test_meshes_are_detected(lifecycle: meshery.Lifecycle) -> None:
    assert lifecycle.detect()["meshes"] == []
    lifecycle.install({"name": "mesh", "namespace": "mesh", "sources": [{"text": ISTIOD}]})
    detection = lifecycle.detect()
    check_schema("detection", detection)
    (found,) = detection["meshes"]
    assert (found["mesh"], found["state"], found["versions"]) == ("istio", "running", ["1.30.3"])
    assert found["installers"] == ["meshery-mesh"]
    lifecycle.uninstall("mesh")
    assert asyncio.run(lifecycle.detect_async())["meshes"] == []


AMBIENT = {
    "name": "ambient",
    "namespace": "istio-system",
    "mesh": "istio",
    "settings": {"profile": "ambient"},
    "sources": [{"text": "{ apiVersion: v1, kind: ConfigMap, metadata: { name: istio } }"}],
}


def test_namespaces_are_enrolled_and_withdrawn(
    control_plane: meshery.ControlPlane, lifecycle: meshery.Lifecycle, tmp_path: Path
) -> None:
    lifecycle.install(AMBIENT)
    lifecycle.install(shop("moving"))
    namespace = "/api/v1/namespaces/moving"
    plan = lifecycle.plan_enrol(instance="ambient", namespaces=["moving"])
    check_schema("change-plan", plan.document)
    assert str(plan).startswith("enrol ambient: 1 to update, 1 to keep\n~ Namespace moving\n")
    # No proxies are on the nodes that would say that they serve a pod: nobody waits for it.
    report = lifecycle.enrol(instance="ambient", namespaces=["moving"], options={"wait": False})
    check_schema("enrolment-report", report)
    assert [marked["name"] for marked in report["marked"]] == ["moving"]
    (left,) = report["left_alone"]
    assert left["object"]["name"] == "shop" and "need not be made anew" in left["reason"]
    labels = ask(control_plane, namespace, tmp_path)["metadata"]["labels"]
    assert labels["istio.io/dataplane-mode"] == "ambient"

    async def back() -> list[str]:
        moving = {"instance": "ambient", "namespaces": ["moving"]}
        assert not (await lifecycle.plan_withdraw_async(moving)).is_empty
        operation = lifecycle.start_withdraw(moving, options={"wait": False})
        happened = [event["happening"] async for event in operation]
        assert (await operation)["kind"] == "withdraw"
        return happened

    assert "applied" in asyncio.run(back())
    labels = ask(control_plane, namespace, tmp_path)["metadata"]["labels"]
    assert "istio.io/dataplane-mode" not in labels
    with pytest.raises(meshery.MesheryError) as refused:
        lifecycle.enrol(instance="moving", namespaces=["default"])
    assert (refused.value.code, refused.value.place) == ("unsupported", "instance")
    with pytest.raises(meshery.MesheryError) as twice:
        lifecycle.withdraw(instance="ambient", namespaces=["moving", "moving"])
    assert (twice.value.code, twice.value.place) == ("invalid_input", "namespaces[1]")


def test_events_arrive_in_order(lifecycle: meshery.Lifecycle) -> None:
    async def work() -> None:
        operation = lifecycle.start_install(shop("watched"))
        seen = [event async for event in operation]
        report = await operation
        assert operation.done()
        assert [event["sequence"] for event in seen] == list(range(1, len(seen) + 1))
        assert [{"event": "operation", **event} for event in report["events"]] == seen
        for event in seen:
            check_schema("event", event)
        assert [event async for event in operation] == seen, "they can be heard again"
        assert await operation == report, "and the report be had again"
        again = await lifecycle.install_async(shop("watched"))
        assert (again["unchanged"], again["created"]) == (5, [])
        await lifecycle.uninstall_async("watched")

    asyncio.run(work())


def test_what_went_wrong_comes_out_of_the_loop_and_of_the_wait(
    lifecycle: meshery.Lifecycle,
) -> None:
    async def work() -> None:
        operation = lifecycle.start_uninstall("nobody")
        with pytest.raises(meshery.MesheryError) as looped:
            async for _ in operation:
                pass
        with pytest.raises(meshery.MesheryError) as awaited:
            await operation
        assert looped.value.code == awaited.value.code == "not_found"

    asyncio.run(work())


@pytest.mark.parametrize("way", ["iterating", "awaiting", "cancel"])
def test_stopped_in_the_middle_a_second_call_finishes(
    control_plane: meshery.ControlPlane, lifecycle: meshery.Lifecycle, way: str
) -> None:
    name = f"stopped-{way}"
    control_plane.destine(name, "shop", "ignored")

    async def watch(operation: meshery.Operation, begun: asyncio.Event) -> None:
        async for event in operation:
            if event.get("stage") == "wait":
                begun.set()
                if way == "awaiting":
                    break
        await operation

    async def work() -> None:
        operation, begun = lifecycle.start_install(shop(name)), asyncio.Event()
        task = asyncio.create_task(watch(operation, begun))
        await begun.wait()
        assert "holder" in lifecycle.status(name)
        with pytest.raises(meshery.MesheryError) as busy:
            await lifecycle.uninstall_async(name)
        assert busy.value.code == "busy"
        (operation if way == "cancel" else task).cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert operation.done()

    asyncio.run(work())
    status = lifecycle.status(name)
    assert "holder" not in status and not status["healthy"]
    control_plane.destine(name, "shop", "ready")
    assert lifecycle.install(shop(name))["revision"] == 1
    assert lifecycle.status(name)["healthy"]


def test_what_progress_raises_stops_an_operation(
    control_plane: meshery.ControlPlane, lifecycle: meshery.Lifecycle
) -> None:
    control_plane.destine("raised", "shop", "ignored")

    def hear(event: dict[str, Any]) -> None:
        if event.get("stage") == "wait":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        lifecycle.install(shop("raised"), progress=hear)
    assert "holder" not in lifecycle.status("raised")


def test_errors_say_what_is_wrong_and_where(lifecycle: meshery.Lifecycle, tmp_path: Path) -> None:
    def refused(call: Any, *given: Any, **named: Any) -> tuple[str, str | None]:
        with pytest.raises(meshery.MesheryError) as caught:
            call(*given, **named)
        return caught.value.code, caught.value.place

    for question in ["status", "verify", "drift", "events", "hand_back", "plan_uninstall"]:
        assert refused(getattr(lifecycle, question), "nobody") == ("not_found", None)
    assert refused(lifecycle.upgrade, shop("nobody")) == ("not_found", None)
    assert refused(lifecycle.rollback, "nobody", 3) == ("not_found", None)
    assert refused(lifecycle.plan, shop("Shop")) == ("invalid_input", "name")
    assert refused(lifecycle.plan, shop("shop"), source=[]) == ("invalid_input", "source")
    assert refused(lifecycle.plan, name="a") == ("invalid_input", "sources")
    missing = tmp_path / "missing.yaml"
    assert refused(lifecycle.plan, name="a", sources=[{"path": missing}])[0] == "not_found"
    assert refused(lifecycle.install, shop("a"), options={"waits": True}) == (
        "invalid_input",
        "waits",
    )
    nowhere = meshery.Lifecycle(tmp_path / "kubeconfig")
    assert refused(nowhere.status, "shop") == ("invalid_input", str(tmp_path / "kubeconfig"))


def test_a_kubeconfig_is_a_path_or_a_text(control_plane: meshery.ControlPlane) -> None:
    path, text = control_plane.kubeconfig_path, control_plane.kubeconfig
    for lifecycle in [meshery.Lifecycle(path), meshery.Lifecycle(str(path), context="meshery")]:
        assert len(lifecycle.snapshot()) > 100
    with pytest.raises(meshery.MesheryError) as unknown:
        meshery.Lifecycle(text, context="nobody's").snapshot()
    assert unknown.value.code == "invalid_input" and "nobody's" in str(unknown.value)


def test_without_a_running_loop_nothing_is_begun(lifecycle: meshery.Lifecycle) -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        lifecycle.start_install(shop("early"))
    assert lifecycle.plan(shop("early")).document["changes"][0]["action"] == "create"
