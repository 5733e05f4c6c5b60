//! How members of a set name the set that they are part of, so that other tools can tell as well (KEP-3659).

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meshery_core::{GroupKind, Object, ObjectId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The label of members.
pub(super) const PART_OF: &str = "applyset.kubernetes.io/part-of";
/// The label of the parent.
const ID: &str = "applyset.kubernetes.io/id";
const TOOLING: &str = "applyset.kubernetes.io/tooling";
const GROUP_KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";

/// The id of a set whose parent is this Secret.
pub(super) fn id(name: &str, namespace: &str) -> String {
    let hash = Sha256::digest(format!("{name}.{namespace}.Secret."));
    format!("applyset-{}-v1", URL_SAFE_NO_PAD.encode(hash))
}

/// The labels and annotations by which a parent says what it is the parent of.
pub(super) fn parent_metadata(name: &str, namespace: &str, members: &BTreeSet<&ObjectId>) -> Value {
    let kinds: BTreeSet<&GroupKind> = members.iter().map(|member| &member.kind).collect();
    let namespaces: BTreeSet<&str> =
        members.iter().filter_map(|member| member.namespace.as_deref()).filter(|other| *other != namespace).collect();
    let list = |words: Vec<String>| words.join(",");
    json!({
        "name": name,
        "namespace": namespace,
        "labels": { ID: id(name, namespace) },
        "annotations": {
            TOOLING: concat!("meshery/v", env!("CARGO_PKG_VERSION")),
            GROUP_KINDS: list(kinds.into_iter().map(ToString::to_string).collect()),
            NAMESPACES: list(namespaces.into_iter().map(str::to_owned).collect()),
        },
    })
}

/// The set that an object says it is part of.
pub(super) fn of(object: &Object) -> Option<&str> {
    object.label(PART_OF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_the_one_that_kubectl_computes() {
        // sha256("meshery-istio.kube-system.Secret."), as the KEP has it.
        let id = id("meshery-istio", "kube-system");
        assert!(id.starts_with("applyset-") && id.ends_with("-v1") && id.len() == 55, "{id}");
    }

    #[test]
    fn a_parent_names_kinds_and_other_namespaces() {
        let members = [
            ObjectId::new("apps", "Deployment", Some("istio-system"), "istiod"),
            ObjectId::new("", "Secret", Some("kube-system"), "a"),
            ObjectId::new("", "Namespace", None, "istio-system"),
        ];
        let metadata = parent_metadata("meshery-istio", "kube-system", &members.iter().collect());
        assert_eq!(metadata["annotations"][GROUP_KINDS], "Namespace,Secret,Deployment.apps");
        assert_eq!(metadata["annotations"][NAMESPACES], "istio-system");
    }
}
