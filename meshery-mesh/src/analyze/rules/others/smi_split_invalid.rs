//! MSH731 `smi-split-invalid`.

use std::collections::BTreeMap;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::smi::kinds::SPLIT;
use crate::analyze::smi::place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH731",
    name: "smi-split-invalid",
    summary: "A TrafficSplit does not say what it splits, or into which shares",
    why: "
A TrafficSplit names a root Service and backends, each once, with a weight: a whole number that is not below zero, and not zero for
all of them. Weights are shares of their sum and need not make 100.

SMI has ended: its specification was archived in 2023. Where the mesh can do it, split by routes of the Gateway API.",
    bad: "
apiVersion: split.smi-spec.io/v1alpha4
kind: TrafficSplit
metadata: { name: reviews, namespace: shop }
spec: { service: reviews, backends: [{ service: reviews-v1, weight: 99.5 }, { service: reviews-v2, weight: -1 }] }",
    good: "
apiVersion: split.smi-spec.io/v1alpha4
kind: TrafficSplit
metadata: { name: reviews, namespace: shop }
spec: { service: reviews, backends: [{ service: reviews-v1, weight: 199 }, { service: reviews-v2, weight: 1 }] }",
    references: &["https://github.com/servicemeshinterface/smi-spec/blob/main/apis/traffic-split/v1alpha4/traffic-split.md"],
    meshes: &["linkerd", "osm", "traefik-mesh", "nginx-service-mesh"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(SPLIT, |split| check(rule, split))
}

fn check(rule: &RuleInfo, split: &Resource) -> Vec<Finding> {
    let Some(spec) = split.root.get("spec").filter(|spec| !spec.fields().is_empty()) else {
        return vec![rule.finding(split, split.head(), "the split says nothing").with_help("add spec")];
    };
    let mut findings = Vec::new();
    if spec.get("service").is_none_or(Node::is_empty) {
        let message = "the split does not say which Service it splits";
        findings.push(rule.finding(split, place(spec, "service"), message).with_help("add service"));
    }
    let backends = split.items(&["spec", "backends"]);
    if backends.is_empty() {
        let message = "the split has no backend";
        findings.push(rule.finding(split, place(spec, "backends"), message).with_help("add backends"));
        return findings;
    }
    let mut named: BTreeMap<&str, &Node> = BTreeMap::new();
    let mut sum = Some(0_i64);
    for backend in backends {
        if let Some(name) = backend.get("service").and_then(Node::as_str)
            && let Some(other) = named.insert(name, backend)
        {
            let finding =
                rule.finding(split, place(backend, "service"), format!("the backend {name:?} is there twice"));
            let finding = finding.with_help("add up the weights in one of them");
            findings.push(finding.with_related(split, place(other, "service"), "the other"));
        }
        match weight(split, backend) {
            Ok(weight) => sum = sum.and_then(|sum| sum.checked_add(weight)),
            Err(message) => {
                sum = None;
                let help = "say a whole number that is not below zero";
                findings.push(rule.finding(split, place(backend, "weight"), message).with_help(help));
            }
        }
    }
    if sum == Some(0) {
        let message = "no backend gets anything: all weights are zero";
        findings.push(rule.finding(split, place(spec, "backends"), message).with_help("give one of them a weight"));
    }
    findings
}

/// The weight of a backend. The first version wrote amounts, such as `500m`, of which the digits are enough here.
fn weight(split: &Resource, backend: &Node) -> Result<i64, String> {
    match backend.get("weight").map(|weight| &weight.value) {
        Some(Value::Int(weight)) if *weight >= 0 => Ok(*weight),
        Some(Value::Int(weight)) => Err(format!("the weight {weight} is below zero")),
        Some(Value::Text(text)) if split.version() == "v1alpha1" => {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().map_err(|_| format!("{text:?} is no weight"))
        }
        None | Some(Value::Null) => Err("the backend has no weight".into()),
        Some(other) => Err(format!("a weight is a whole number, and this is a {}", other.type_name())),
    }
}
