//! MSH142 `gateway-certificate-shared`.

use meshery_core::resource::Node;
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Gateways, Server, Shared};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH142",
    name: "gateway-certificate-shared",
    severity: Severity::Warning,
    summary: "Two Gateways on the same workloads and port present one certificate",
    why: "
A browser that speaks HTTP/2 reuses its connection for every host that the certificate names. The connection stays bound to
the Gateway that it was made to, and that one knows nothing of the other's hosts: requests for them are answered with 404,
now and then, depending on which page was opened first.

What counts is the name of the certificate's Secret, or of its files; two Secrets with one content are not seen. A Gateway
that asks for fewer labels configures the workloads of one that asks for more too, so the finding is at the former.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: wildcard }
    hosts: [shop.example.com]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: blog, namespace: ingress }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: wildcard }
    hosts: [blog.example.com]",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: all, namespace: ingress }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: wildcard }
    hosts: [shop.example.com, blog.example.com]",
    references: &[
        "https://istio.io/latest/docs/ops/common-problems/network-issues/#404-errors-occur-when-multiple-gateways-configured-with-same-tls-certificate",
    ],
    meshes: &["istio"],
    aliases: &["IST0138"],
    upstream: "gateway.CertificateAnalyzer",
    run,
    ..Rule::NEW
};

/// A certificate as a server names it, and on which port; istioctl takes all ports for one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Certificate<'a> {
    secret: &'a str,
    files: Option<(&'a str, &'a str)>,
    port: i64,
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    let gateways = world.view::<Gateways>();
    let mut shared = Shared::default();
    for (at, gateway) in gateways.all().iter().enumerate() {
        for (index, server) in gateway.servers.iter().enumerate() {
            if let Some((certificate, _)) = certificate(server, compatible) {
                shared.add(certificate, &gateway.selector, (at, index));
            }
        }
    }
    let mut findings = Vec::new();
    for (at, gateway) in gateways.all().iter().enumerate() {
        for server in &gateway.servers {
            let Some((certificate, place)) = certificate(server, compatible) else { continue };
            let of_all = |selector: &Selector| selector.equal.contains(&gateway.selector.equal);
            let Some((other, _)) = shared.other(&certificate, at, of_all) else { continue };
            let Some(other) = gateways.get(other) else { continue };
            let message = format!("{} presents this certificate on the same workloads", other.object);
            let help = "serve all hosts of the certificate by one Gateway, or give each its own certificate";
            let finding = rule.finding(&gateway.object, place.span, message).with_help(help);
            findings.push(finding.with_related(&other.object, other.object.head(), "the other Gateway"));
        }
    }
    findings
}

fn certificate(server: &Server, compatible: bool) -> Option<(Certificate<'_>, &Node)> {
    if !compatible && !server.terminates() {
        return None;
    }
    let port = if compatible { 0 } else { server.number };
    if let Some((secret, place)) = server.tls_text("credentialName") {
        return Some((Certificate { secret, files: None, port }, place));
    }
    let ((file, place), (key, _)) = (server.tls_text("serverCertificate")?, server.tls_text("privateKey")?);
    Some((Certificate { secret: "", files: Some((file, key)), port }, place))
}
