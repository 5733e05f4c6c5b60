//! What becomes of one workload, and why.

use std::collections::BTreeMap;

use meshery_core::lifecycle::Holder;
use meshery_core::{Object, Result};
use serde_json::{Value, json};

use super::Aim;
use super::marks::Marking;

/// What becomes of a workload.
pub(super) enum Fate {
    /// It is left as it is.
    Left(String),
    /// Its pods are as they are to be, or will be without being made anew.
    Stays(String),
    /// Its pods are made anew: by what is marked on them, or by a restart.
    Renewed { marking: Option<Marking>, has_pods: bool },
}

/// The kinds of workloads that can be restarted.
pub(in crate::lifecycle) const KINDS: [&str; 3] = ["DaemonSet", "Deployment", "StatefulSet"];

/// What a workload makes its pods like.
pub(in crate::lifecycle) fn template(workload: &Object) -> Result<Object> {
    let mut pod = workload.get("/spec/template").cloned().unwrap_or_else(|| json!({}));
    (pod["apiVersion"], pod["kind"], pod["metadata"]["name"]) = ("v1".into(), "Pod".into(), workload.name().into());
    Object::new(pod)
}

/// A pod as a workload would make it.
pub(in crate::lifecycle) fn pod_of(workload: &Object) -> Result<Value> {
    let mut pod = template(workload)?.into_value();
    let claims =
        workload.items("/spec/volumeClaimTemplates").iter().filter_map(|claim| claim["metadata"]["name"].as_str());
    let volumes: Vec<Value> = claims
        .map(|name| json!({ "name": name, "persistentVolumeClaim": { "claimName": format!("{name}-{}-0", workload.name()) } }))
        .collect();
    if !volumes.is_empty() {
        let known = pod["spec"]["volumes"].as_array().cloned().unwrap_or_default();
        pod["spec"]["volumes"] = known.into_iter().chain(volumes).collect();
    }
    let metadata = &mut pod["metadata"];
    metadata["name"] = Value::Null;
    metadata["generateName"] = format!("{}-", workload.name()).into();
    // Some clusters take no pod that belongs to nobody.
    metadata["ownerReferences"] = json!([{
        "apiVersion": workload.api_version(), "kind": workload.kind(), "name": workload.name(), "uid": workload.uid(),
        "controller": true,
    }]);
    Ok(pod)
}

/// What becomes of a workload that has these pods.
pub(super) fn fate(aim: &Aim, workload: &Object, pods: &[&Object]) -> Result<Fate> {
    let template = template(workload)?;
    let left = |reason: String| Ok(Fate::Left(reason));
    let marking = Marking::new(workload, Holder::Pod, aim.changes(&template, Holder::Pod)?);
    let out = aim.stays_out(&template);
    let needs_another = |pod: &&Object| match out {
        Some(_) => aim.proxy_to_go(pod).is_some(),
        None => aim.needs_another(pod),
    };
    if marking.is_none() && !pods.iter().any(needs_another) {
        if let Some(reason) = out {
            return left(reason);
        }
        if !pods.is_empty() {
            return Ok(Fate::Stays(reached(aim, pods)));
        }
    }
    if let Some(reason) = untouchable(aim, workload, &template) {
        return left(reason);
    }
    if !aim.restart {
        return left("restarts are not wanted: its pods are otherwise only once they are made anew".into());
    }
    let has_pods = is_wanted(workload);
    if marking.is_none() && !has_pods {
        return left("it has no pods; those to come are as they are to be".into());
    }
    Ok(Fate::Renewed { marking, has_pods })
}

/// Why nothing is done about it, whatever its pods are like.
fn untouchable(aim: &Aim, workload: &Object, template: &Object) -> Option<String> {
    if workload.is_terminating() {
        return Some("it is on its way out".into());
    }
    if let Some(container) = aim.proxy_to_go(template) {
        return Some(format!("its own template has the container {container}"));
    }
    let strategy = ["/spec/updateStrategy/type", "/spec/strategy/type"].map(|pointer| workload.text(pointer));
    let partition = workload.get("/spec/updateStrategy/rollingUpdate/partition").and_then(Value::as_i64);
    if workload.get("/spec/paused") == Some(&Value::Bool(true)) {
        Some("it is paused: restart it once it goes on".into())
    } else if strategy.contains(&"OnDelete") {
        Some("its pods are made anew only when somebody deletes them".into())
    } else if partition.unwrap_or(0) > 0 {
        Some("its partition keeps some of its pods from being made anew".into())
    } else {
        None
    }
}

fn reached(aim: &Aim, pods: &[&Object]) -> String {
    let (count, all) = (pods.len(), pods.iter().all(|pod| aim.is_reached(pod)));
    match (&aim.data_plane, all) {
        (None, true) => format!("none of its pods ({count}) is served"),
        (Some(_), true) => format!("all of its pods ({count}) are served already"),
        (_, false) => format!("its pods ({count}) need not be made anew"),
    }
}

/// Whether there are to be pods of it.
fn is_wanted(workload: &Object) -> bool {
    let count = |pointer: &str, default| workload.get(pointer).and_then(Value::as_i64).unwrap_or(default);
    match workload.kind() {
        "DaemonSet" => count("/status/desiredNumberScheduled", 1) > 0,
        _ => count("/spec/replicas", 1) > 0,
    }
}

/// What there is in a namespace.
#[derive(Debug)]
pub(in crate::lifecycle) struct Place {
    pub(in crate::lifecycle) namespace: Object,
    /// Sorted by their identities.
    pub(in crate::lifecycle) workloads: Vec<Object>,
    pub(in crate::lifecycle) pods: Vec<Object>,
    /// By the uid of a ReplicaSet, that of its Deployment.
    pub(in crate::lifecycle) sets: BTreeMap<String, String>,
}

impl Place {
    /// The pods of a workload that are there to stay.
    pub(in crate::lifecycle) fn pods_of(&self, workload: &Object) -> Vec<&Object> {
        self.pods.iter().filter(|pod| self.owner(pod) == Some(workload.uid()) && is_alive(pod)).collect()
    }

    /// Pods that are there to stay, and that no workload makes anew; with who they belong to.
    pub(super) fn pods_of_nobody(&self) -> impl Iterator<Item = (&Object, String)> {
        let is_known = |pod: &Object| self.workloads.iter().any(|workload| self.owner(pod) == Some(workload.uid()));
        let others = self.pods.iter().filter(move |pod| is_alive(pod) && !is_known(pod));
        others.map(|pod| {
            let owner = controller(pod).map(|owner| {
                let text = |name: &str| owner[name].as_str().unwrap_or_default().to_owned();
                format!("{} {}", text("kind"), text("name"))
            });
            (pod, owner.unwrap_or_else(|| "nobody".into()))
        })
    }

    /// The uid of the workload of a pod.
    fn owner<'a>(&'a self, pod: &'a Object) -> Option<&'a str> {
        let owner = controller(pod)?["uid"].as_str()?;
        Some(self.sets.get(owner).map_or(owner, String::as_str))
    }
}

/// Who makes an object anew when it goes.
pub(in crate::lifecycle) fn controller(object: &Object) -> Option<&Value> {
    object.items("/metadata/ownerReferences").iter().find(|owner| owner["controller"] == true)
}

fn is_alive(pod: &Object) -> bool {
    !pod.is_terminating() && !matches!(pod.text("/status/phase"), "Succeeded" | "Failed")
}
