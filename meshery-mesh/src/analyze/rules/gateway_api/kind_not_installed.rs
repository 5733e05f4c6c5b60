//! MSH330 `gateway-kind-not-installed`.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::resource::Resource;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::gateway_api::{BACKEND_POLICIES, GROUP, LISTENER_SET, REFERENCE_GRANT, ROUTES};
use crate::analyze::kinds::{DEFINITION, GATEWAY_CLASS, K8S_GATEWAY};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH330",
    name: "gateway-kind-not-installed",
    summary: "An object is of a kind that the installed Gateway API does not have",
    why: "
The Gateway API comes in two channels. The standard one leaves out kinds that may still change, and which these are depends on
the release; the API server refuses objects of kinds that it does not know.

Something is said only where the definitions of Gateways, and with them a whole release, are among the objects. Fields that
only the other channel has are found as unknown fields, by the definition that is there.",
    bad: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gateways.gateway.networking.k8s.io
  annotations: { gateway.networking.k8s.io/bundle-version: v1.4.1, gateway.networking.k8s.io/channel: standard }
spec:
  group: gateway.networking.k8s.io
  names: { kind: Gateway, plural: gateways }
  versions: [{ name: v1, served: true, storage: true }]
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: { name: db, namespace: shop }
spec: { parentRefs: [{ name: public }], rules: [{ backendRefs: [{ name: db, port: 5432 }] }] }",
    good: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gateways.gateway.networking.k8s.io
  annotations: { gateway.networking.k8s.io/bundle-version: v1.4.1, gateway.networking.k8s.io/channel: experimental }
spec:
  group: gateway.networking.k8s.io
  names: { kind: Gateway, plural: gateways }
  versions: [{ name: v1, served: true, storage: true }]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: tcproutes.gateway.networking.k8s.io
  annotations: { gateway.networking.k8s.io/bundle-version: v1.4.1, gateway.networking.k8s.io/channel: experimental }
spec:
  group: gateway.networking.k8s.io
  names: { kind: TCPRoute, plural: tcproutes }
  versions: [{ name: v1alpha2, served: true, storage: true }]
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: { name: db, namespace: shop }
spec: { parentRefs: [{ name: public }], rules: [{ backendRefs: [{ name: db, port: 5432 }] }] }",
    references: &["https://gateway-api.sigs.k8s.io/concepts/versioning/#release-channels"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let definitions = world.of(DEFINITION);
    let kind_of = |definition: &Resource| {
        let text = |path: &[&str]| definition.text(path).unwrap_or_default().to_owned();
        (text(&["spec", "group"]), text(&["spec", "names", "kind"]))
    };
    let known: BTreeSet<(String, String)> = definitions.iter().map(|definition| kind_of(definition)).collect();
    let of_gateways = |it: &&Arc<Resource>| kind_of(it) == (K8S_GATEWAY.group.to_owned(), K8S_GATEWAY.name.to_owned());
    let Some(release) = definitions.iter().find(of_gateways) else { return Vec::new() };
    let others = [K8S_GATEWAY, GATEWAY_CLASS, LISTENER_SET, REFERENCE_GRANT];
    let kinds = ROUTES.into_iter().chain(BACKEND_POLICIES).chain(others);
    let missing = kinds.filter(|kind| !known.contains(&(kind.group.to_owned(), kind.name.to_owned())));
    missing.flat_map(|kind| world.of(kind)).filter_map(|object| report(world, rule, release, object)).collect()
}

fn report(world: &World, rule: &RuleInfo, release: &Resource, object: &Resource) -> Option<Finding> {
    let annotation = |name: &str| release.annotation(&format!("{GROUP}/{name}")).map(str::to_owned);
    let (channel, version) = (annotation("channel"), annotation("bundle-version"));
    let of = match (&channel, &version) {
        (Some(channel), Some(version)) => format!(", {channel} channel of {version},"),
        (Some(channel), None) => format!(", {channel} channel,"),
        (None, Some(version)) => format!(", {version},"),
        (None, None) => String::new(),
    };
    let message = format!("the installed Gateway API{of} has no {}", object.kind);
    let help = match channel.as_deref() {
        Some("standard") => "install the experimental channel, or a later release",
        _ => "install a later release",
    };
    let place = object.root.get("kind").map_or(object.head(), |kind| kind.span);
    let finding = rule.finding(object, place, message).with_help(help);
    let finding = finding.with_related(release, release.head(), "what is installed");
    of_missing(world, true, finding, "its definition is not outside the input either")
}
