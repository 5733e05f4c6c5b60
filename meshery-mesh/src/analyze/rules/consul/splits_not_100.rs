//! MSH608 `consul-splits-not-100`.

use meshery_core::resource::{Node, Value};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, checked, items, number};
use crate::analyze::kinds::SERVICE_SPLITTER;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH608",
    name: "consul-splits-not-100",
    summary: "The weights of a ServiceSplitter do not add up to 100",
    why: "
Weights are percentages, and the admission webhook refuses a ServiceSplitter whose weights do not add up to 100. It adds
numbers of single precision, so that many small fractions may miss 100 by a hair.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceSplitter
metadata: { name: web, namespace: shop }
spec: { splits: [{ weight: 90 }, { weight: 20, service: web-next }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceSplitter
metadata: { name: web, namespace: shop }
spec: { splits: [{ weight: 80 }, { weight: 20, service: web-next }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/service-splitter"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(SERVICE_SPLITTER, check)])
}

/// As Consul adds them, with single precision; what is left out is nought.
#[allow(clippy::cast_possible_truncation, clippy::float_cmp, reason = "as Consul does it")]
fn check(checks: &mut Checks<'_>, spec: &Node) {
    let splits = items(spec, "splits");
    let is_other = |split: &Node| {
        split.get("weight").is_some_and(|it| it.value != Value::Null) && number(split, "weight").is_none()
    };
    // A weight that is no number is wrong by the definition of the kind.
    if splits.iter().any(is_other) {
        return;
    }
    let sum: f32 = splits.iter().map(|split| number(split, "weight").unwrap_or_default() as f32).sum();
    if sum != 100.0 {
        let message = format!("the weights add up to {sum}, not to 100");
        checks.at(spec, "splits", message, "make them add up to 100");
    }
}
