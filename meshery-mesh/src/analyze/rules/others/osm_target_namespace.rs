//! MSH750 `osm-target-namespace`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::smi::kinds::{EGRESS, INGRESS_BACKEND, OSM_CONFIG, TARGET, UPSTREAM_SETTING};
use crate::analyze::smi::place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH750",
    name: "osm-target-namespace",
    summary: "A TrafficTarget is in another namespace than its destination",
    why: "
Open Service Mesh's webhook refuses a TrafficTarget that is not in the namespace of its destination: who may reach a service is for
the owners of that service to say. Where nothing else shows that this mesh is in use, it is a warning.

Open Service Mesh has ended: it was archived in 2023.",
    bad: "
apiVersion: access.smi-spec.io/v1alpha3
kind: TrafficTarget
metadata: { name: reviews, namespace: default }
spec:
  destination: { kind: ServiceAccount, name: reviews, namespace: shop }
  sources: [{ kind: ServiceAccount, name: frontend, namespace: shop }]
  rules: [{ kind: HTTPRouteGroup, name: reviews }]",
    good: "
apiVersion: access.smi-spec.io/v1alpha3
kind: TrafficTarget
metadata: { name: reviews, namespace: shop }
spec:
  destination: { kind: ServiceAccount, name: reviews, namespace: shop }
  sources: [{ kind: ServiceAccount, name: frontend, namespace: shop }]
  rules: [{ kind: HTTPRouteGroup, name: reviews }]",
    references: &["https://github.com/openservicemesh/osm/blob/v1.2.4/pkg/validator/validators.go"],
    meshes: &["osm"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let in_use =
        [OSM_CONFIG, EGRESS, INGRESS_BACKEND, UPSTREAM_SETTING].into_iter().any(|kind| !world.of(kind).is_empty());
    world.each(TARGET, |target| {
        let destination = target.root.at(&["spec", "destination"])?;
        let own = target.namespace.as_deref()?;
        let namespace = destination.get("namespace").and_then(|it| it.as_str()).unwrap_or_default();
        let message = format!("the target is in {own:?}, and its destination in {namespace:?}");
        let finding = rule.finding(target, place(destination, "namespace"), message);
        let finding =
            finding.with_help("put the target into the namespace of its destination, and name that namespace");
        let finding =
            if in_use { finding } else { finding.as_bad_as(Severity::Warning).assuming("Open Service Mesh is in use") };
        // Without a namespace, the specification takes that of the target; Open Service Mesh does not.
        (namespace != own && (in_use || !namespace.is_empty())).then_some(finding)
    })
}
