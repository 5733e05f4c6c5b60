//! What istioctl makes of objects before and after its analyzers look at them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::resource::Kind;
use meshery_core::{Finding, Resource};

use crate::analyze::kinds::{DEFINITION, GATEWAY_CLASS, MUTATING_WEBHOOK, NAMESPACE, NODE, VALIDATING_WEBHOOK};

/// Kubernetes' own namespaces, and that of a provisioner of local volumes: what is in them is not read.
const SYSTEM: [&str; 4] = ["kube-node-lease", "kube-public", "kube-system", "local-path-storage"];
/// Kinds that have no namespace, whatever an object says.
const GLOBAL: [Kind<'static>; 6] = [DEFINITION, GATEWAY_CLASS, MUTATING_WEBHOOK, NAMESPACE, NODE, VALIDATING_WEBHOOK];
/// The annotation of an object that says which codes are not to be reported about it.
const SUPPRESS: &str = "galley.istio.io/analyze-suppress";

/// The objects that are left: of several with one name the last one, and none of the system's.
pub(in crate::analyze) fn read(objects: Vec<Arc<Resource>>) -> Vec<Arc<Resource>> {
    let mut seen = BTreeSet::new();
    let mut left: Vec<Arc<Resource>> = Vec::with_capacity(objects.len());
    for mut object in objects.into_iter().rev() {
        if GLOBAL.contains(&object.kind()) && object.namespace.is_some() {
            Arc::make_mut(&mut object).namespace = None;
        }
        let namespace = if object.kind() == NAMESPACE { Some(&object.name) } else { object.namespace.as_ref() };
        if namespace.is_some_and(|name| SYSTEM.contains(&&**name)) {
            continue;
        }
        let group: Arc<str> = object.group().into();
        let key = (object.cluster.clone(), group, object.kind.clone(), object.namespace.clone(), object.name.clone());
        if seen.insert(key) {
            left.push(object);
        }
    }
    left.reverse();
    left
}

/// The codes that objects say are not to be reported about them.
pub(in crate::analyze) struct Suppressed(BTreeMap<About, Vec<String>>);

/// A cluster and an object.
type About = (Option<String>, String);

impl Suppressed {
    /// What these objects say.
    pub(in crate::analyze) fn of(objects: &[Arc<Resource>]) -> Self {
        let said = objects.iter().filter_map(|object| {
            let codes = object.annotation(SUPPRESS).filter(|codes| !codes.is_empty())?;
            let about = (object.cluster.as_ref().map(ToString::to_string), object.to_string());
            Some((about, codes.split(',').map(String::from).collect()))
        });
        Self(said.collect())
    }

    /// Whether a finding is not to be reported.
    pub(in crate::analyze) fn has(&self, finding: &Finding) -> bool {
        let about = (finding.cluster.clone(), finding.resource.clone());
        self.0.get(&about).is_some_and(|codes| codes.iter().any(|code| *code == "*" || *code == finding.code))
    }
}
