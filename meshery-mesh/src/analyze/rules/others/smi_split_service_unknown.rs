//! MSH732 `smi-split-service-unknown`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::kinds::SERVICE;
use crate::analyze::kubernetes::Services;
use crate::analyze::smi::kinds::SPLIT;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH732",
    name: "smi-split-service-unknown",
    summary: "A TrafficSplit is of a Service, or sends to one, that does not exist",
    why: "
The share of a backend that does not exist fails, and a split of a root Service that does not exist splits nothing. Both are looked
for in the namespace of the split.

SMI has ended: its specification was archived in 2023. Where the mesh can do it, split by routes of the Gateway API.",
    bad: "
apiVersion: split.smi-spec.io/v1alpha4
kind: TrafficSplit
metadata: { name: reviews, namespace: shop }
spec: { service: reviews, backends: [{ service: review-v1, weight: 1 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews-v1, namespace: shop }
spec: { ports: [{ port: 80 }] }",
    good: "
apiVersion: split.smi-spec.io/v1alpha4
kind: TrafficSplit
metadata: { name: reviews, namespace: shop }
spec: { service: reviews, backends: [{ service: reviews-v1, weight: 1 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews-v1, namespace: shop }
spec: { ports: [{ port: 80 }] }",
    references: &["https://github.com/servicemeshinterface/smi-spec/blob/main/apis/traffic-split/v1alpha4/traffic-split.md"],
    meshes: &["linkerd", "osm", "traefik-mesh", "nginx-service-mesh"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let services = world.view::<Services>();
    let mut findings = Vec::new();
    for split in world.of(SPLIT) {
        let namespace = split.namespace_or_default();
        let backends = split.items(&["spec", "backends"]).iter().filter_map(|backend| backend.get("service"));
        for node in split.root.at(&["spec", "service"]).into_iter().chain(backends) {
            let Some(written) = node.as_str().filter(|name| !name.is_empty()) else { continue };
            let name = written.split('.').next().unwrap_or_default();
            if services.get(namespace, name).is_some() {
                continue;
            }
            let finding = rule.finding(split, node.span, format!("there is no Service {name:?} in {namespace:?}"));
            let others = services.within(namespace).iter().map(|other| &*other.object.name);
            let finding = meant(finding, split, name, nearest(name, others), "make the Service");
            let assumed = format!("there is no Service {name:?} outside the input");
            findings.extend(of_missing(world, world.covers(SERVICE, namespace), finding, &assumed));
        }
    }
    findings
}
