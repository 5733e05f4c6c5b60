//! MSH815 `gateway-host-wildcard`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Listener, Listeners, Speaks};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH815",
    name: "gateway-host-wildcard",
    severity: Severity::Info,
    category: Category::Security,
    summary: "Every namespace may claim every host of a gateway",
    why: "
Whoever may create a VirtualService or an HTTPRoute in any namespace can then take over a host of somebody else, by naming
it first or more exactly. Name the hosts, or the namespaces that may claim them.

A gateway for all hosts that only objects of its own namespace can use is none of these.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { app: ingress }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop }
    hosts: ['*']",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { app: ingress }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop }
    hosts: ['shop/shop.example.com']",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/security/#restrict-gateway-creation-privileges",
        "https://gateway-api.sigs.k8s.io/concepts/security-model/",
    ],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let listeners = world.view::<Listeners>();
    let finding = |it: &Listener| {
        let message = format!("every namespace may claim every host on port {}", it.port);
        let finding = rule.finding(&it.object, it.open?, message);
        Some(finding.with_help("name the hosts, or the namespaces that may claim them"))
    };
    listeners.iter().filter(|it| it.speaks != Speaks::Other).filter_map(finding).collect()
}
