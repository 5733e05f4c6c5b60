//! MSH854 `gateway-api-owned-twice`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::Resource;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::DEFINITION;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH854",
    name: "gateway-api-owned-twice",
    severity: Severity::Warning,
    summary: "Two parties bring definitions of the Gateway API",
    why: "
The definitions of the Gateway API are there once for a whole cluster, whoever uses them. Where the charts of two meshes both
bring them, each upgrade of the one puts its version over that of the other: fields that were there are dropped from objects
without a word, and uninstalling one mesh removes all routes of the other. One party, best neither of them, should own them.

An owner is known by its Helm chart or release or by what says that it manages the definition. Definitions of several
versions or channels side by side are told of as well.",
    bad: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: httproutes.gateway.networking.k8s.io
  labels: { helm.sh/chart: linkerd-crds-1.8.0 }
spec: { group: gateway.networking.k8s.io, names: { kind: HTTPRoute } }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gateways.gateway.networking.k8s.io
  labels: { helm.sh/chart: consul-1.6.0 }
spec: { group: gateway.networking.k8s.io, names: { kind: Gateway } }",
    good: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: httproutes.gateway.networking.k8s.io
  annotations: { gateway.networking.k8s.io/bundle-version: v1.4.0, gateway.networking.k8s.io/channel: standard }
spec: { group: gateway.networking.k8s.io, names: { kind: HTTPRoute } }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gateways.gateway.networking.k8s.io
  annotations: { gateway.networking.k8s.io/bundle-version: v1.4.0, gateway.networking.k8s.io/channel: standard }
spec: { group: gateway.networking.k8s.io, names: { kind: Gateway } }",
    references: &[
        "https://gateway-api.sigs.k8s.io/guides/crd-management/",
        "https://linkerd.io/2/features/gateway-api/",
    ],
    meshes: &["gateway-api"],
    run,
    ..Rule::NEW
};

const GROUP: &str = "gateway.networking.k8s.io";
const VERSION: [&str; 2] = ["gateway.networking.k8s.io/bundle-version", "gateway.networking.k8s.io/channel"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let of_group = world.of(DEFINITION).iter().filter(|it| it.text(&["spec", "group"]) == Some(GROUP));
    let (mut owners, mut versions) = (BTreeMap::new(), BTreeMap::new());
    for object in of_group {
        if let Some(owner) = owner(object) {
            owners.entry(owner).or_insert(object);
        }
        let version = VERSION.map(|name| object.annotation(name).unwrap_or_default());
        if version.iter().all(|part| !part.is_empty()) {
            versions.entry(version.join(" ")).or_insert(object);
        }
    }
    let owned =
        two(rule, &owners, "is brought by", "let one party bring the definitions, and turn it off in the other");
    let mixed = two(rule, &versions, "is of", "install one version and channel of all definitions");
    owned.into_iter().chain(mixed).collect()
}

/// The chart without its version, the release, or who manages it.
fn owner(object: &Resource) -> Option<String> {
    let chart = object.label("helm.sh/chart").map(|chart| chart.rsplit_once('-').map_or(chart, |(name, _)| name));
    let release = object.annotation("meta.helm.sh/release-name");
    chart.or(release).or_else(|| object.label("app.kubernetes.io/part-of")).map(str::to_owned)
}

fn two(rule: &RuleInfo, found: &BTreeMap<String, &Arc<Resource>>, verb: &str, help: &str) -> Option<Finding> {
    let mut found = found.iter();
    let ((first, one), (second, other)) = (found.next()?, found.next()?);
    let message = format!("{verb} {second}, while another definition of the Gateway API {verb} {first}");
    let finding = rule.finding(other, other.head(), message).with_help(help);
    Some(finding.with_related(one, one.head(), format!("{verb} {first}")))
}
