//! MSH271 `virtualservice-gateway-by-domain`.

use meshery_core::analyzer::Category;
use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::named_gateway;
use crate::analyze::kinds::VIRTUAL_SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH271",
    name: "virtualservice-gateway-by-domain",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "A VirtualService names a gateway of another namespace like a host",
    why: "
`GATEWAY.NAMESPACE` and `GATEWAY.NAMESPACE.svc.cluster.local` are how gateways were named in former times, and still
work. `NAMESPACE/GATEWAY` is the documented way, and cannot be taken for a host.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: shop }
spec:
  hosts: [shop.example.com]
  gateways: [public.ingress.svc.cluster.local]
  http: [{ route: [{ destination: { host: web } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: shop }
spec:
  hosts: [shop.example.com]
  gateways: [ingress/public]
  http: [{ route: [{ destination: { host: web } }] }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1108"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(VIRTUAL_SERVICE, |service| check(rule, service))
}

fn check(rule: &RuleInfo, service: &Resource) -> Vec<Finding> {
    let matched = ["http", "tls", "tcp"].into_iter().flat_map(|protocol| service.items(&["spec", protocol]));
    let matched = matched.filter_map(|rule| rule.get("match")).flat_map(Node::items);
    let matched = matched.filter_map(|condition| condition.get("gateways")).flat_map(Node::items);
    let named = service.items(&["spec", "gateways"]).iter().chain(matched);
    let findings = named.filter_map(|node| Some((node, node.as_str()?))).filter_map(|(node, text)| {
        if text.contains(['/', ':']) || !text.contains('.') {
            return None;
        }
        let (namespace, name) = named_gateway(text, service.namespace_or_default(), false);
        let message = format!("{text:?} is how gateways were named in former times");
        Some(rule.finding(service, node.span, message).with_help(format!("write \"{namespace}/{name}\"")))
    });
    findings.collect()
}
