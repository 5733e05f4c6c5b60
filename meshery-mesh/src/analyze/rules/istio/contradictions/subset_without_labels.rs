//! MSH265 `subset-without-labels`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::DESTINATION_RULE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH265",
    name: "subset-without-labels",
    severity: Severity::Warning,
    summary: "A subset of a DestinationRule names no labels, and so is the whole host",
    why: "
A subset is made of the workloads that have its labels. Without labels it is made of all of them, so that what is sent
to the subset goes to every version of the host. That is of use where the subset has a policy of its own for the whole
host; beside subsets with labels it is told as worth knowing only.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1 }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/destination-rule/#Subset",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0209"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(DESTINATION_RULE, |object| check(rule, object))
}

fn check(rule: &RuleInfo, object: &Resource) -> Vec<Finding> {
    let subsets = object.items(&["spec", "subsets"]);
    let is_bare = |subset: &&Node| subset.get("labels").is_none_or(Node::is_empty);
    let severity = if subsets.iter().all(|subset| is_bare(&subset)) { rule.severity } else { Severity::Info };
    let findings = subsets.iter().filter(is_bare).map(|subset| {
        let name = subset.get("name").and_then(Node::as_str).unwrap_or_default();
        let message = format!("the subset {name:?} has no labels, so it is the whole host");
        let finding = rule.finding(object, subset.span, message).as_bad_as(severity);
        finding.with_help("name the labels of the workloads that the subset is made of")
    });
    findings.collect()
}
