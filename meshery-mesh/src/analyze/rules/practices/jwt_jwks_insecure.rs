//! MSH810 `jwt-jwks-insecure`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Place, issuers};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH810",
    name: "jwt-jwks-insecure",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "The keys by which tokens are verified are fetched in clear text",
    why: "
Whoever is on the way can put keys of his own in their place, and then every token that he makes is valid. The control plane
or the proxy fetches the keys, mostly from outside the mesh, so that mutual TLS does not help.

For a server within the cluster it is for your information.",
    bad: "
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: shop, namespace: shop }
spec:
  selector: { matchLabels: { app: shop } }
  jwtRules: [{ issuer: 'https://id.example.com', jwksUri: 'http://id.example.com/keys' }]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: shop, namespace: shop }
spec:
  selector: { matchLabels: { app: shop } }
  rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }]",
    good: "
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: shop, namespace: shop }
spec:
  selector: { matchLabels: { app: shop } }
  jwtRules: [{ issuer: 'https://id.example.com', jwksUri: 'https://id.example.com/keys' }]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: shop, namespace: shop }
spec:
  selector: { matchLabels: { app: shop } }
  rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/security/request_authentication/#JWTRule",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/jwt-provider",
    ],
    meshes: &["consul", "istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let keys = issuers(world).into_iter().flat_map(|issuer| issuer.keys);
    let finding = |address: &str, place: &Place| {
        let rest = address.strip_prefix("http://")?;
        let host = rest.split(['/', ':']).next().unwrap_or_default();
        let labels: Vec<&str> = host.split('.').collect();
        let is_near = labels.len() == 1 || labels.get(2) == Some(&"svc");
        let finding = place.finding(rule, format!("the keys are fetched from {host:?} in clear text"));
        let finding = if is_near { finding.as_bad_as(Severity::Info) } else { finding };
        Some(finding.with_help("fetch them by https"))
    };
    keys.filter_map(|(address, place)| finding(&address, &place)).collect()
}
