use serde_json::{Value, json};

use super::*;

fn object(kind: &str, value: &Value) -> Object {
    let (api_version, kind) = kind.rsplit_once(' ').unwrap();
    let mut whole = json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "a", "generation": 2 } });
    for (name, part) in value.as_object().unwrap() {
        match whole.get_mut(name) {
            Some(there) => there.as_object_mut().unwrap().extend(part.as_object().unwrap().clone()),
            None => whole[name] = part.clone(),
        }
    }
    Object::new(whole).unwrap()
}

/// A word of the health, and a part of the reason.
fn assert_health(kind: &str, value: &Value, expected: &str) {
    let health = health(&object(kind, value)).to_string();
    let (word, reason) = expected.split_once(": ").unwrap_or((expected, ""));
    assert!(health.starts_with(word) && health.contains(reason), "{kind} {value}: {health}, not {expected}");
}

#[test]
fn rules_are_sorted_and_unique() {
    let names: Vec<_> = RULES.iter().map(|rule| (rule.group, rule.kind)).collect();
    assert!(names.is_sorted());
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn what_is_deleted_is_never_ready() {
    let gone = json!({ "metadata": { "deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["consul.hashicorp.com"] },
        "status": { "conditions": [{ "type": "Established", "status": "True" }] } });
    assert_health(
        "apiextensions.k8s.io/v1 CustomResourceDefinition",
        &gone,
        "terminating: held by consul.hashicorp.com",
    );
}

#[test]
fn a_status_of_an_older_generation_counts_for_nothing() {
    for observed in [json!(1), json!("1")] {
        let old = json!({ "status": { "observedGeneration": observed, "conditions": [{ "type": "Ready", "status": "True" }] } });
        assert_health("example.com/v1 Thing", &old, "progressing: generation 1");
    }
    let new = json!({ "status": { "observedGeneration": "2", "conditions": [{ "type": "Ready", "status": "True" }] } });
    assert_health("example.com/v1 Thing", &new, "ready");
}

#[test]
fn deployments() {
    let kind = "apps/v1 Deployment";
    let status = |extra: Value| {
        let mut status = json!({ "observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2 });
        status.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({ "spec": { "replicas": 2 }, "status": status })
    };
    assert_health(kind, &json!({}), "progressing: no controller");
    assert_health(kind, &status(json!({})), "ready");
    assert_health(kind, &status(json!({ "readyReplicas": 1 })), "progressing: 1 of 2 pods are ready");
    assert_health(kind, &status(json!({ "updatedReplicas": 0 })), "progressing: of the new kind");
    assert_health(kind, &status(json!({ "replicas": 3 })), "progressing: old kind");
    let unavailable =
        json!({ "conditions": [{ "type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable" }] });
    assert_health(kind, &status(unavailable), "progressing: MinimumReplicasUnavailable");
    let late =
        json!({ "conditions": [{ "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded" }] });
    assert_health(kind, &status(late), "failed: ProgressDeadlineExceeded");
    assert_health(kind, &json!({ "spec": { "replicas": 0 }, "status": { "observedGeneration": 2 } }), "ready");
}

#[test]
fn daemon_sets_are_ready_on_a_cluster_without_nodes() {
    let kind = "apps/v1 DaemonSet";
    assert_health(kind, &json!({ "status": { "observedGeneration": 2, "desiredNumberScheduled": 0 } }), "ready");
    let half = json!({ "status": { "observedGeneration": 2, "desiredNumberScheduled": 2, "currentNumberScheduled": 2,
        "updatedNumberScheduled": 2, "numberAvailable": 1, "numberReady": 1 } });
    assert_health(kind, &half, "progressing: 1 of 2 pods are available");
}

#[test]
fn stateful_sets_look_at_revisions_and_partitions() {
    let kind = "apps/v1 StatefulSet";
    let with = |spec: Value, status: Value| json!({ "spec": spec, "status": status });
    let status = |updated: i64, current: &str| {
        json!({ "observedGeneration": 2, "replicas": 3, "readyReplicas": 3, "updatedReplicas": updated,
            "currentRevision": current, "updateRevision": "b" })
    };
    assert_health(kind, &with(json!({ "replicas": 3 }), status(3, "b")), "ready");
    assert_health(kind, &with(json!({ "replicas": 3 }), status(2, "a")), "progressing: 2 of 3");
    assert_health(kind, &with(json!({ "replicas": 3 }), status(3, "a")), "progressing: old kind");
    let partition = json!({ "replicas": 3, "updateStrategy": { "rollingUpdate": { "partition": 2 } } });
    assert_health(kind, &with(partition.clone(), status(1, "a")), "ready");
    assert_health(kind, &with(partition, status(0, "a")), "progressing: 0 of 1");
    assert_health(
        kind,
        &with(json!({ "replicas": 3, "updateStrategy": { "type": "OnDelete" } }), status(0, "a")),
        "ready",
    );
}

#[test]
fn pods_tell_hope_from_none() {
    let kind = "v1 Pod";
    let waiting = |reason: &str| {
        json!({ "status": { "phase": "Running", "containerStatuses": [{ "name": "main",
            "state": { "waiting": { "reason": reason, "message": "m" } }, "lastState": { "terminated": { "exitCode": 1 } } }] } })
    };
    assert_health(
        kind,
        &waiting("CrashLoopBackOff"),
        "failed: container main: CrashLoopBackOff: m, after it ended with exit code 1",
    );
    assert_health(kind, &waiting("ImagePullBackOff"), "progressing: ImagePullBackOff");
    let unscheduled = json!({ "status": { "phase": "Pending", "conditions": [{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable" }] } });
    assert_health(kind, &unscheduled, "progressing: not scheduled: Unschedulable");
    assert_health(
        kind,
        &json!({ "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] } }),
        "ready",
    );
    assert_health(kind, &json!({ "status": { "phase": "Succeeded" } }), "ready");
}

#[test]
fn jobs_are_waited_for_to_their_end() {
    let kind = "batch/v1 Job";
    assert_health(kind, &json!({ "status": { "active": 1 } }), "progressing: 1 pods");
    assert_health(kind, &json!({ "status": { "conditions": [{ "type": "Complete", "status": "True" }] } }), "ready");
    let failed = json!({ "status": { "conditions": [{ "type": "Failed", "status": "True", "reason": "BackoffLimitExceeded" }] } });
    assert_health(kind, &failed, "failed: BackoffLimitExceeded");
}

#[test]
fn apis_have_to_answer() {
    let definition = "apiextensions.k8s.io/v1 CustomResourceDefinition";
    let conditions = |list: Value| json!({ "status": { "conditions": list } });
    assert_health(definition, &json!({}), "progressing: Established");
    assert_health(definition, &conditions(json!([{ "type": "Established", "status": "True" }])), "ready");
    let taken = json!([{ "type": "NamesAccepted", "status": "False", "message": "already in use" }]);
    assert_health(definition, &conditions(taken), "failed: already in use");
    let dead = json!([{ "type": "Available", "status": "False", "reason": "FailedDiscoveryCheck" }]);
    assert_health("apiregistration.k8s.io/v1 APIService", &conditions(dead), "progressing: FailedDiscoveryCheck");
}

#[test]
fn a_webhook_at_a_service_needs_somebody_to_trust() {
    let kind = "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration";
    let webhooks = |client: Value| json!({ "webhooks": [{ "name": "w", "clientConfig": client }] });
    assert_health(kind, &webhooks(json!({ "service": { "name": "s" } })), "progressing: caBundle of w");
    assert_health(kind, &webhooks(json!({ "service": { "name": "s" }, "caBundle": "LS0t" })), "ready");
    assert_health(kind, &webhooks(json!({ "url": "https://a" })), "ready");
}

#[test]
fn the_gateway_api_speaks_of_generations() {
    let kind = "gateway.networking.k8s.io/v1 Gateway";
    let conditions = |of: i64| {
        json!({ "status": { "conditions": [
        { "type": "Accepted", "status": "True", "observedGeneration": 2 },
        { "type": "Programmed", "status": "True", "observedGeneration": of } ] } })
    };
    assert_health(kind, &conditions(2), "ready");
    assert_health(kind, &conditions(1), "progressing: older generation");
    let route = "gateway.networking.k8s.io/v1 HTTPRoute";
    assert_health(route, &json!({ "spec": { "parentRefs": [{ "name": "g" }] } }), "progressing: 0 of 1 parents");
    let refused = json!({ "spec": { "parentRefs": [{ "name": "g" }] }, "status": { "parents": [{ "parentRef": { "name": "g" },
        "conditions": [{ "type": "Accepted", "status": "True" }, { "type": "ResolvedRefs", "status": "False", "reason": "BackendNotFound" }] }] } });
    assert_health(route, &refused, "progressing: g: not ResolvedRefs: BackendNotFound");
}

#[test]
fn what_has_no_state_is_not_waited_for() {
    let config = object("v1 ConfigMap", &json!({}));
    assert!(health(&config).is_ready());
    assert_health(
        "example.com/v1 Thing",
        &json!({ "status": { "conditions": [{ "type": "Stalled", "status": "True", "reason": "Nope" }] } }),
        "failed: Nope",
    );
    assert_health(
        "example.com/v1 Thing",
        &json!({ "status": { "conditions": [{ "type": "Ready", "status": "False", "reason": "Soon" }] } }),
        "progressing: Soon",
    );
}
