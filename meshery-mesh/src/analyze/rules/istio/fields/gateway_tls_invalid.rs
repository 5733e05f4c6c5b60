//! MSH229 `gateway-tls-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH229",
    name: "gateway-tls-invalid",
    summary: "The TLS settings of a server cannot be used",
    why: "
A server that ends TLS needs its certificate with the key, named in one way, and one that asks clients for theirs needs to
know who vouches for them. Servers in the clear take no settings of TLS but the redirect. istiod's webhook refuses all else.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: reviews, namespace: shop }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    hosts: [shop.example.com]
    tls: { mode: SIMPLE, serverCertificate: /etc/cert.pem }",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: reviews, namespace: shop }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    hosts: [shop.example.com]
    tls: { mode: SIMPLE, serverCertificate: /etc/cert.pem, privateKey: /etc/key.pem }",
    references: &["https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.Gateway, \
               schema.ValidationAnalyzer.Sidecar",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::ServerTls)
}
