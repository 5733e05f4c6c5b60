//! What runs pods for as long as it is there.

use meshery_core::{Health, Object};

use super::{Rule, condition};

pub(super) const DAEMON_SET: Rule = Rule { group: "apps", kind: "DaemonSet", judge: daemon_set };
pub(super) const DEPLOYMENT: Rule = Rule { group: "apps", kind: "Deployment", judge: deployment };
pub(super) const REPLICA_SET: Rule = Rule { group: "apps", kind: "ReplicaSet", judge: replica_set };
pub(super) const STATEFUL_SET: Rule = Rule { group: "apps", kind: "StatefulSet", judge: stateful_set };

fn count(object: &Object, pointer: &str) -> i64 {
    object.get(pointer).and_then(serde_json::Value::as_i64).unwrap_or(0)
}

/// How many are wanted; one where nothing is said.
fn wanted(object: &Object) -> i64 {
    object.get("/spec/replicas").and_then(serde_json::Value::as_i64).unwrap_or(1)
}

/// The first of these counts that falls short of what is wanted, as a reason.
fn short(object: &Object, wanted: i64, counts: &[(&str, &str)]) -> Option<Health> {
    let found = counts.iter().map(|(pointer, word)| (count(object, pointer), word));
    let mut short = found.filter(|(count, _)| *count < wanted);
    short.next().map(|(count, word)| Health::progressing(format!("{count} of {wanted} pods are {word}")))
}

/// Nobody has looked at it yet.
fn unseen(object: &Object) -> Option<Health> {
    let seen = object.get("/status/observedGeneration").is_some();
    (!seen).then(|| Health::progressing("no controller has seen it yet"))
}

fn deployment(object: &Object) -> Health {
    let wanted = wanted(object);
    let progress = condition::find(object, "Progressing");
    if let Some(late) = progress.filter(|progress| progress.words().starts_with("ProgressDeadlineExceeded")) {
        return Health::failed(late.words());
    }
    let counts = [
        ("/status/updatedReplicas", "of the new kind"),
        ("/status/readyReplicas", "ready"),
        ("/status/availableReplicas", "available"),
    ];
    unseen(object)
        .or_else(|| short(object, wanted, &counts))
        .or_else(|| {
            let surplus = count(object, "/status/replicas") - count(object, "/status/updatedReplicas");
            (surplus > 0).then(|| Health::progressing(format!("{surplus} pods of the old kind are still there")))
        })
        .or_else(|| {
            let available = condition::find(object, "Available");
            let missing = available.filter(|available| !available.holds());
            missing.map(|available| Health::progressing(format!("not Available: {}", available.words())))
        })
        .unwrap_or(Health::Ready)
}

fn replica_set(object: &Object) -> Health {
    if let Some(failure) = condition::find(object, "ReplicaFailure").filter(condition::Condition::holds) {
        return Health::progressing(failure.words());
    }
    let counts = [
        ("/status/fullyLabeledReplicas", "labelled"),
        ("/status/availableReplicas", "available"),
        ("/status/readyReplicas", "ready"),
    ];
    unseen(object).or_else(|| short(object, wanted(object), &counts)).unwrap_or(Health::Ready)
}

fn daemon_set(object: &Object) -> Health {
    let wanted = count(object, "/status/desiredNumberScheduled");
    let counts = [
        ("/status/currentNumberScheduled", "scheduled"),
        ("/status/updatedNumberScheduled", "of the new kind"),
        ("/status/numberAvailable", "available"),
        ("/status/numberReady", "ready"),
    ];
    // On a cluster without nodes none is wanted, and it is ready.
    unseen(object).or_else(|| short(object, wanted, &counts)).unwrap_or(Health::Ready)
}

fn stateful_set(object: &Object) -> Health {
    if object.text("/spec/updateStrategy/type") == "OnDelete" {
        return unseen(object).unwrap_or(Health::Ready);
    }
    let wanted = wanted(object);
    let counts = [("/status/replicas", "there"), ("/status/readyReplicas", "ready")];
    unseen(object)
        .or_else(|| short(object, wanted, &counts))
        .or_else(|| {
            let kept = count(object, "/spec/updateStrategy/rollingUpdate/partition");
            let renewed = wanted - kept.clamp(0, wanted);
            short(object, renewed, &[("/status/updatedReplicas", "of the new kind")])
        })
        .or_else(|| {
            let (current, update) = (object.text("/status/currentRevision"), object.text("/status/updateRevision"));
            let partitioned = count(object, "/spec/updateStrategy/rollingUpdate/partition") > 0;
            (!partitioned && current != update).then(|| Health::progressing("pods of the old kind are still there"))
        })
        .unwrap_or(Health::Ready)
}
