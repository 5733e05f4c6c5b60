//! A pod needs its account, and what the account may do: without, it starts only to be refused.

use std::collections::BTreeMap;

use super::{Edges, Need, Objects, pod_spec};

const RBAC: &str = "rbac.authorization.k8s.io";

pub(super) fn edges(objects: &Objects<'_>, edges: &mut Edges) {
    // By account, who gives it something to do.
    let mut bindings: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for kind in ["ClusterRoleBinding", "RoleBinding"] {
        for (binding, object) in objects.of(RBAC, kind) {
            let (role_kind, role) = (object.text("/roleRef/kind"), object.text("/roleRef/name"));
            let within = object.namespace().filter(|_| role_kind == "Role");
            if let Some(role) = objects.find(RBAC, role_kind, within, role) {
                edges.insert((binding, role), Need::Exists);
            }
            for subject in object.items("/subjects").iter().filter(|subject| subject["kind"] == "ServiceAccount") {
                let namespace = subject["namespace"].as_str().or(object.namespace());
                let account = subject["name"].as_str().unwrap_or_default();
                if let Some(account) = objects.find("", "ServiceAccount", namespace, account) {
                    edges.insert((binding, account), Need::Exists);
                    bindings.entry(account).or_default().push(binding);
                }
            }
        }
    }
    // The token of an account: a controller removes what names one that is not there.
    for (token, object) in objects.of("", "Secret") {
        let account = object.annotation("kubernetes.io/service-account.name").unwrap_or_default();
        if let Some(account) = objects.find("", "ServiceAccount", object.namespace(), account) {
            edges.insert((token, account), Need::Exists);
        }
    }
    for (who, object) in objects.all.iter().enumerate() {
        let Some(spec) = pod_spec(object) else { continue };
        let account = spec["serviceAccountName"].as_str().unwrap_or("default");
        let Some(account) = objects.find("", "ServiceAccount", object.namespace(), account) else { continue };
        edges.insert((who, account), Need::Exists);
        let given = bindings.get(&account).into_iter().flatten();
        edges.extend(given.map(|binding| ((who, *binding), Need::Exists)));
    }
}
