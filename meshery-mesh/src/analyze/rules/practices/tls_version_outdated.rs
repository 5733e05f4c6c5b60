//! MSH817 `tls-version-outdated`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Outdated, outdated};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH817",
    name: "tls-version-outdated",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "TLS older than 1.2, or a broken cipher, is let in",
    why: "
TLS 1.0 and 1.1 are deprecated since RFC 8996, and every mesh takes 1.2 and newer unless it is told otherwise. A client that
nobody attacks does not need them; one that is attacked can be led to them.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { app: ingress }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop, minProtocolVersion: TLSV1_0 }
    hosts: ['shop/shop.example.com']",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { app: ingress }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop, minProtocolVersion: TLSV1_2 }
    hosts: ['shop/shop.example.com']",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8996",
        "https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSProtocol",
        "https://kuma.io/docs/latest/policies/meshtls/",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/mesh",
    ],
    meshes: &["consul", "istio", "kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let finding = |it: Outdated| it.place.finding(rule, it.message).with_help(it.help);
    outdated(world).into_iter().map(finding).collect()
}
