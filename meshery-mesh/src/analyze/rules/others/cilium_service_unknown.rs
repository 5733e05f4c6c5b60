//! MSH710 `cilium-envoy-service-unknown`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::cilium::kinds::{CLUSTERWIDE_ENVOY_CONFIG, ENVOY_CONFIG};
use crate::analyze::cilium::policies::{list, place};
use crate::analyze::edit::meant;
use crate::analyze::kinds::SERVICE;
use crate::analyze::kubernetes::Services;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH710",
    name: "cilium-envoy-service-unknown",
    summary: "A CiliumEnvoyConfig is for a Service, or sends to one, that does not exist",
    why: "
Envoy gets the requests to the Services that a CiliumEnvoyConfig lists, and the endpoints of those that it lists as backends. With
a name that no Service has, requests pass Envoy by, or find no endpoint.",
    bad: "
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ port: 80 }] }
---
apiVersion: cilium.io/v2
kind: CiliumEnvoyConfig
metadata: { name: reviews, namespace: shop }
spec: { services: [{ name: review, namespace: shop }] }",
    good: "
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ port: 80 }] }
---
apiVersion: cilium.io/v2
kind: CiliumEnvoyConfig
metadata: { name: reviews, namespace: shop }
spec: { services: [{ name: reviews, namespace: shop }] }",
    references: &["https://docs.cilium.io/en/stable/network/servicemesh/l7-traffic-management/"],
    meshes: &["cilium"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let configs = world.of(ENVOY_CONFIG).iter().chain(world.of(CLUSTERWIDE_ENVOY_CONFIG));
    configs.flat_map(|config| check(world, rule, config)).collect()
}

fn check(world: &World, rule: &RuleInfo, config: &Resource) -> Vec<Finding> {
    let services = world.view::<Services>();
    let Some(spec) = config.root.get("spec") else { return Vec::new() };
    let named = ["services", "backendServices"].into_iter().flat_map(|key| list(spec, key));
    let findings = named.filter_map(|node| {
        let text = |key: &str| node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
        let (name, namespace) = (text("name")?, text("namespace").unwrap_or(config.namespace_or_default()));
        if services.get(namespace, name).is_some() {
            return None;
        }
        let message = format!("there is no Service {name:?} in {namespace:?}");
        let finding = rule.finding(config, place(node, "name"), message);
        let others = services.within(namespace).iter().map(|other| &*other.object.name);
        let finding = meant(
            finding,
            config,
            name,
            nearest(name, others),
            "make the Service, or name the namespace that it is in",
        );
        let assumed = format!("there is no Service {name:?} outside the input");
        of_missing(world, world.covers(SERVICE, namespace), finding, &assumed)
    });
    findings.collect()
}
