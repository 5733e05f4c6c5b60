//! MSH331 `gateway-bundle-mixed`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::Resource;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::GROUP;
use crate::analyze::kinds::DEFINITION;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH331",
    name: "gateway-bundle-mixed",
    severity: Severity::Warning,
    summary: "The definitions of the Gateway API are of different releases or channels",
    why: "
The definitions of a release belong together: controllers take the version of one of them for that of all, and some refuse
their work on what they do not know. Definitions of the experimental channel in place of standard ones let fields in that
disappear when the standard ones come back, with what they said.",
    bad: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gateways.gateway.networking.k8s.io
  annotations: { gateway.networking.k8s.io/bundle-version: v1.4.1, gateway.networking.k8s.io/channel: standard }
spec: { group: gateway.networking.k8s.io, names: { kind: Gateway } }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: httproutes.gateway.networking.k8s.io
  annotations: { gateway.networking.k8s.io/bundle-version: v1.2.0, gateway.networking.k8s.io/channel: standard }
spec: { group: gateway.networking.k8s.io, names: { kind: HTTPRoute } }",
    good: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gateways.gateway.networking.k8s.io
  annotations: { gateway.networking.k8s.io/bundle-version: v1.4.1, gateway.networking.k8s.io/channel: standard }
spec: { group: gateway.networking.k8s.io, names: { kind: Gateway } }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: httproutes.gateway.networking.k8s.io
  annotations: { gateway.networking.k8s.io/bundle-version: v1.4.1, gateway.networking.k8s.io/channel: standard }
spec: { group: gateway.networking.k8s.io, names: { kind: HTTPRoute } }",
    references: &["https://gateway-api.sigs.k8s.io/guides/crd-management/"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    ["bundle-version", "channel"].into_iter().flat_map(|which| differing(world, rule, which)).collect()
}

/// The definitions that say something else than most do; of two that are as many, than the first one does.
fn differing(world: &World, rule: &RuleInfo, which: &str) -> Vec<Finding> {
    let annotation = format!("{GROUP}/{which}");
    let place = |definition: &Arc<Resource>| {
        let node = definition.root.at(&["metadata", "annotations", &annotation])?.clone();
        node.as_str().map(str::to_owned).map(|text| (text, node.span))
    };
    let ours = world.of(DEFINITION).iter().filter(|it| it.text(&["spec", "group"]) == Some(GROUP));
    let said: Vec<_> = ours.filter_map(|it| Some((it, place(it)?))).collect();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (at, (_, (text, _))) in said.iter().enumerate() {
        counts.entry(text).or_insert((0, usize::MAX - at)).0 += 1;
    }
    let Some((usual, _)) = counts.iter().max_by_key(|(_, count)| **count) else { return Vec::new() };
    let most = said.iter().find(|(_, (text, _))| text == usual);
    let others = said.iter().filter(|(_, (text, _))| text != usual);
    others
        .map(|(definition, (text, span))| {
            let message = match which {
                "channel" => format!("it is of the {text} channel, and others are of the {usual} one"),
                _ => format!("it is of release {text}, and others are of {usual}"),
            };
            let help = "install all definitions from one release and channel";
            let finding = rule.finding(definition, *span, message).with_help(help);
            match most {
                Some((other, (_, place))) => finding.with_related(other, *place, "one of the others"),
                None => finding,
            }
        })
        .collect()
}
