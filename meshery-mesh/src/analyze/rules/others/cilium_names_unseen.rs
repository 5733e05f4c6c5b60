//! MSH707 `cilium-names-unseen`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::cilium::policies::{entries, list, place, visible};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH707",
    name: "cilium-names-unseen",
    severity: Severity::Warning,
    summary: "A Cilium network policy goes by names of DNS, and no policy lets Cilium see the answers of DNS",
    why: "
Cilium learns which addresses a name of `toFQDNs` has from the answers of DNS that pass through its proxy, and they do so only
where a policy has rules for DNS on the port of DNS. Without one, no address belongs to the name, and every connection is refused.",
    bad: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  egress:
  - toFQDNs: [{ matchName: api.example.com }]",
    good: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  egress:
  - toFQDNs: [{ matchName: api.example.com }]
  - toEndpoints: [{ matchLabels: { k8s:io.kubernetes.pod.namespace: kube-system, k8s-app: kube-dns } }]
    toPorts: [{ ports: [{ port: '53' }], rules: { dns: [{ matchPattern: '*' }] } }]",
    references: &["https://docs.cilium.io/en/stable/security/policy/layer3/"],
    meshes: &["cilium"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let sees = entries(world).filter(|entry| entry.section.out).flat_map(|entry| entry.ports());
    let mut rules = sees.filter_map(|ports| ports.get("rules"));
    if rules.any(|rules| !list(rules, "dns").is_empty()) {
        return Vec::new();
    }
    let named = entries(world).filter(|entry| !list(entry.node, "toFQDNs").is_empty());
    let findings = named.map(|entry| {
        let message = "Cilium does not see which addresses these names have";
        let span = visible(entry.policy, place(entry.node, "toFQDNs"));
        let finding = rule.finding(entry.policy, span, message);
        let finding = finding.with_help("allow port 53 of the DNS server with rules: { dns: [{ matchPattern: '*' }] }");
        let closed = world.settings().closed;
        if closed {
            finding
        } else {
            finding.as_bad_as(Severity::Info).assuming("no policy outside the input has rules for DNS")
        }
    });
    findings.collect()
}
