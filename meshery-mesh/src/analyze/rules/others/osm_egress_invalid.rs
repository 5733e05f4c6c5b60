//! MSH752 `osm-egress-invalid`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::values::cidr::Cidr;
use crate::analyze::smi::kinds::EGRESS;
use crate::analyze::smi::place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH752",
    name: "osm-egress-invalid",
    summary: "An Egress of Open Service Mesh has a match or a network that there is not",
    why: "
A match of an Egress is an HTTPRouteGroup of `specs.smi-spec.io/v1alpha4` or an UpstreamTrafficSetting of
`policy.openservicemesh.io/v1alpha1`, and of the latter one at most. The webhook refuses all else. Addresses are networks of IPv4.

Open Service Mesh has ended: it was archived in 2023.",
    bad: "
apiVersion: policy.openservicemesh.io/v1alpha1
kind: Egress
metadata: { name: outside, namespace: shop }
spec:
  sources: [{ kind: ServiceAccount, name: reviews, namespace: shop }]
  hosts: [example.com]
  ports: [{ number: 80, protocol: http }]
  matches: [{ apiGroup: specs.smi-spec.io/v1alpha4, kind: TCPRoute, name: all }]",
    good: "
apiVersion: policy.openservicemesh.io/v1alpha1
kind: Egress
metadata: { name: outside, namespace: shop }
spec:
  sources: [{ kind: ServiceAccount, name: reviews, namespace: shop }]
  hosts: [example.com]
  ports: [{ number: 80, protocol: http }]
  matches: [{ apiGroup: specs.smi-spec.io/v1alpha4, kind: HTTPRouteGroup, name: all }]",
    references: &["https://github.com/openservicemesh/osm/blob/v1.2.4/pkg/validator/validators.go"],
    meshes: &["osm"],
    run,
    ..Rule::NEW
};

const KNOWN: [(&str, &str); 2] = [
    ("specs.smi-spec.io/v1alpha4", "HTTPRouteGroup"),
    ("policy.openservicemesh.io/v1alpha1", "UpstreamTrafficSetting"),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(EGRESS, |egress| check(rule, egress))
}

fn check(rule: &RuleInfo, egress: &Resource) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut setting: Option<&Node> = None;
    for item in egress.items(&["spec", "matches"]).iter().filter(|item| !item.fields().is_empty()) {
        let text = |key: &str| item.get(key).and_then(Node::as_str).unwrap_or_default();
        let Some((_, kind)) = KNOWN.into_iter().find(|(group, _)| *group == text("apiGroup")) else {
            let message = format!("{:?} is no group of matches", text("apiGroup"));
            let help = "say specs.smi-spec.io/v1alpha4 or policy.openservicemesh.io/v1alpha1";
            findings.push(rule.finding(egress, place(item, "apiGroup"), message).with_help(help));
            continue;
        };
        if text("kind") != kind {
            let message = format!("{:?} of this group is no match", text("kind"));
            findings.push(rule.finding(egress, place(item, "kind"), message).with_help(format!("say {kind}")));
        } else if kind == "UpstreamTrafficSetting" {
            if let Some(other) = setting {
                let message = "a second UpstreamTrafficSetting is named";
                let finding = rule.finding(egress, item.span, message).with_help("keep one of them");
                findings.push(finding.with_related(egress, other.span, "the first"));
            }
            setting = setting.or(Some(item));
        }
    }
    for node in egress.items(&["spec", "ipAddresses"]) {
        if let Some(address) =
            node.as_str().filter(|text| !text.is_empty() && Cidr::network(text).is_none_or(|it| it.is_v6()))
        {
            let message = format!("{address:?} is no network of IPv4");
            findings.push(rule.finding(egress, node.span, message).with_help("write a.b.c.d/length"));
        }
    }
    findings
}
