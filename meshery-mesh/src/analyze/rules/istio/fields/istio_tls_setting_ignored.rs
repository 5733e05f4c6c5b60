//! MSH244 `istio-tls-setting-ignored`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH244",
    name: "istio-tls-setting-ignored",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "Settings of TLS are ignored, or leave no cipher",
    why: "
Suites of ciphers and curves that Envoy does not know are left out without a word, as are certificates where TLS is passed
through, and below version 1.2 no cipher is left unless some are named.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: reviews, namespace: shop }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    hosts: [shop.example.com]
    tls: { mode: SIMPLE, credentialName: shop, cipherSuites: [ECDHE-RSA-AES256-GCM-SHA512] }",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: reviews, namespace: shop }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    hosts: [shop.example.com]
    tls: { mode: SIMPLE, credentialName: shop, cipherSuites: [ECDHE-RSA-AES256-GCM-SHA384] }",
    references: &["https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings"],
    meshes: &["istio"],
    aliases: &["IST0133"],
    upstream: "schema.ValidationAnalyzer.Gateway, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.MeshConfig",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::WeakTls)
}
