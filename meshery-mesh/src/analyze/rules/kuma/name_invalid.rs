//! MSH528 `kuma-name-invalid`.

use std::sync::Arc;

use meshery_core::{Finding, Resource, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Dialect, kind};
use crate::analyze::values::dns;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH528",
    name: "kuma-name-invalid",
    summary: "A mesh or a service has a name that cannot be a part of a host",
    why: "
Hosts and labels are made of these names, so that they are labels of DNS: at most 63 characters, and for Kuma 3 a letter first,
then lower case letters, digits and dashes. The control plane refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: Mesh
metadata: { name: 2nd.mesh }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: Mesh
metadata: { name: second-mesh }",
    references: &[
        "https://kuma.io/docs/latest/networking/meshservice/",
        "https://datatracker.ietf.org/doc/html/rfc1035#section-2.3.1",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

const KINDS: [&str; 4] = ["Mesh", "MeshExternalService", "MeshMultiZoneService", "MeshService"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let is_two = world.view::<Dialect>().is_two;
    let objects = KINDS.iter().flat_map(|name| world.of(kind(name)));
    let check = |object: &Arc<Resource>| {
        let label = object.root.at(&["metadata", "labels", "kuma.io/display-name"]);
        let name = label.and_then(|label| label.as_str()).unwrap_or(&object.name);
        // What is synchronized from elsewhere has a name that no person chose.
        let is_own = object.label("kuma.io/origin") != Some("global");
        let is_good = if is_two { name.len() <= 63 } else { dns::is_rfc1035_label(name) };
        if name.is_empty() || is_good || !is_own {
            return None;
        }
        let span = label.map_or(object.head(), |label| label.span);
        let message = format!("{name:?} cannot be a part of a host");
        Some(
            rule.finding(object, span, message)
                .with_help("use at most 63 lower case letters, digits and dashes, a letter first"),
        )
    };
    objects.filter_map(check).collect()
}
