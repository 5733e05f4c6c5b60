//! MSH288 `gateways-share-host`.

use std::collections::BTreeMap;

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::world::Labels;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Gateway, Gateways};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH288",
    name: "gateways-share-host",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "Several Gateways open the same host, without TLS, on the same port of the same workloads",
    why: "
Without TLS the servers of several Gateways on one port are put together: a VirtualService of any of them answers
requests for the host, whichever Gateway it names. Two teams that each think of the host as theirs see each other's
routes, in an order that nobody says.

Gateways with the same selector are compared. With TLS it is a conflict, which MSH145 tells of.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: shop }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [www.example.com] }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: blog, namespace: blog }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [www.example.com] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: shop }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: blog, namespace: blog }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [blog.example.com] }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/gateway/#Server",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0301"],
    run,
    ..Rule::NEW
};

/// The labels of the workloads, the port, the namespaces whose routes are meant, and the host.
type Thing<'a> = (Vec<(&'a str, &'a str)>, i64, &'a str, String);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let gateways = world.view::<Gateways>();
    let mut claims: BTreeMap<Thing<'_>, Vec<(&Gateway, &Node)>> = BTreeMap::new();
    for gateway in gateways.all() {
        let labels: &Labels = &gateway.selector.equal;
        for server in gateway.servers.iter().filter(|server| server.port.is_some() && server.tls.is_none()) {
            for (host, node) in server.hosts() {
                let own = gateway.object.namespace_or_default();
                let (namespace, host) = host.split_once('/').unwrap_or(("*", host));
                let namespace = if namespace == "." { own } else { namespace };
                let thing = (labels.iter().collect(), server.number, namespace, host.to_ascii_lowercase());
                claims.entry(thing).or_default().push((gateway, node));
            }
        }
    }
    let is_same = |a: &Gateway, b: &Gateway| {
        a.object.name == b.object.name && a.object.namespace_or_default() == b.object.namespace_or_default()
    };
    let mut findings = Vec::new();
    for ((_, port, _, host), claims) in &claims {
        let Some(&(first, there)) = claims.first() else { continue };
        let Some(&(second, here)) = claims.iter().find(|(gateway, _)| !is_same(gateway, first)) else { continue };
        for &(gateway, node) in claims {
            let (other, place) = if is_same(gateway, first) { (second, here) } else { (first, there) };
            let message = format!("{} opens {host:?} on port {port} of the same workloads, too", other.object);
            let finding = rule.finding(&gateway.object, node.span, message);
            let finding =
                finding.with_help("open the host by one Gateway, and let the VirtualServices of both name it");
            findings.push(finding.with_related(&other.object, place.span, "the same host"));
        }
    }
    findings
}
