//! The annotations of Istio that objects have, and the pods that they make.

use std::sync::Arc;

use meshery_core::resource::{Field, Kind, Node, Resource};
use meshery_core::world::{View, World};

use super::known::{self, Known};
use crate::analyze::kinds::{
    AUTHORIZATION_POLICY, CRON_JOB, DAEMON_SET, DEPLOYMENT, JOB, NAMESPACE, POD, REPLICA_SET, ROLLOUT, SERVICE,
    SERVICE_ENTRY, STATEFUL_SET, WORKLOAD_ENTRY,
};
use crate::analyze::kubernetes::Workloads;

/// The kinds whose own annotations istioctl looks at.
const UPSTREAM: [Kind<'static>; 4] = [NAMESPACE, SERVICE, POD, DEPLOYMENT];
/// Those that matter beside them.
const OTHERS: [Kind<'static>; 8] =
    [AUTHORIZATION_POLICY, CRON_JOB, DAEMON_SET, JOB, ROLLOUT, SERVICE_ENTRY, STATEFUL_SET, WORKLOAD_ENTRY];

/// The one annotation that Istio documents and does not own.
const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";
/// The annotation that configures a pod's proxy.
pub(super) const CONFIG: &str = "proxy.istio.io/config";
/// What Istio itself puts on objects, wherever it likes.
const OWN: [&str; 3] = ["gateway.istio.io/controller-version", "istio.io/rev", "sidecar.istio.io/status"];
/// What Istio's own components write for each other.
const INTERNAL: &str = "internal.istio.io/";
/// The label of what Istio makes for a Gateway, with the Gateway's annotations.
const MANAGED: &str = "gateway.istio.io/managed";

/// An annotation of Istio.
pub(in crate::analyze) struct Annotation {
    pub(in crate::analyze) object: Arc<Resource>,
    /// The kind that it stands on: that of the object, or `Pod` in a template of pods.
    pub(in crate::analyze) on: &'static str,
    pub(in crate::analyze) field: Field,
    /// What Istio knows of it, if it does.
    pub(in crate::analyze) known: Option<&'static Known>,
    /// What has it: the object, or the template.
    pub(in crate::analyze) holder: Node,
}

impl Annotation {
    /// Its name.
    pub(in crate::analyze) fn name(&self) -> &str {
        &self.field.key
    }

    /// Whether what has it has a label too.
    pub(in crate::analyze) fn is_beside_label(&self, label: &str) -> bool {
        self.holder.at(&["metadata", "labels", label]).is_some()
    }

    /// Whether it stands on a kind on which it has an effect. On one that nobody knows it has none anywhere.
    pub(in crate::analyze) fn is_placed(&self) -> bool {
        self.known.is_some_and(|known| known.kinds.is_empty() || known.kinds.contains(&self.on))
    }
}

/// The annotations of Istio in a world, but for those that Istio itself puts there.
pub(in crate::analyze) struct Annotations(Vec<Annotation>);

impl View for Annotations {
    fn of(world: &World) -> Self {
        let compatible = world.settings().compatible;
        let mut found = Vec::new();
        let others = OTHERS.iter().filter(|_| !compatible);
        for kind in UPSTREAM.iter().chain(others) {
            for object in world.of(*kind) {
                if compatible || object.label(MANAGED).is_none() {
                    collect(object, &object.root, kind.name, &mut found);
                }
            }
        }
        if !compatible {
            let workloads = world.view::<Workloads>();
            // A ReplicaSet has its template from a Deployment.
            let makers = workloads.iter().filter(|it| !it.is_pod() && it.object.kind() != REPLICA_SET);
            for maker in makers.filter(|maker| maker.object.label(MANAGED).is_none()) {
                collect(&maker.object, &maker.pod, POD.name, &mut found);
            }
            found.retain(|annotation| !annotation.name().starts_with(INTERNAL));
        }
        Self(found)
    }
}

impl Annotations {
    /// All of them.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Annotation> {
        self.0.iter()
    }
}

fn collect(object: &Arc<Resource>, holder: &Node, on: &'static str, found: &mut Vec<Annotation>) {
    let fields = holder.at(&["metadata", "annotations"]).map(Node::fields).unwrap_or_default();
    let of_istio = fields.iter().filter(|field| is_of_istio(&field.key) && !OWN.contains(&&*field.key));
    found.extend(of_istio.map(|field| Annotation {
        object: Arc::clone(object),
        on,
        field: field.clone(),
        known: known::annotation(&field.key),
        holder: holder.clone(),
    }));
}

/// What ends like Istio's domain counts as Istio's.
fn is_of_istio(name: &str) -> bool {
    name == INGRESS_CLASS || name.split('/').next().is_some_and(|domain| domain.ends_with("istio.io"))
}
