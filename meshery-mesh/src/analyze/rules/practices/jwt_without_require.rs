//! MSH809 `jwt-without-require`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::neutral::{Issuer, Mesh, issuers};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH809",
    name: "jwt-without-require",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "Tokens are verified, and a request without one is let through",
    why: "
To say whose tokens are valid refuses wrong ones. It does not ask for one: a request that has none is passed on, as if nobody
had to log in. A policy must demand it: in Istio an AuthorizationPolicy with `requestPrincipals`, in Consul intentions or a
gateway policy that name the provider.",
    bad: "
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: shop, namespace: shop }
spec:
  selector: { matchLabels: { app: shop } }
  jwtRules: [{ issuer: 'https://id.example.com', jwksUri: 'https://id.example.com/keys' }]",
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
        "https://istio.io/latest/docs/tasks/security/authentication/authn-policy/#require-a-valid-token",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/jwt-provider",
    ],
    meshes: &["consul", "istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    issuers(world).iter().filter(|it| !it.demanded).filter_map(|it| finding(world, rule, it)).collect()
}

fn finding(world: &World, rule: &RuleInfo, it: &Issuer) -> Option<Finding> {
    let message = match it.mesh {
        Mesh::Consul => "nothing asks for a token of this provider, so that none is verified",
        _ => "no policy requires a token, so that requests without one are let through",
    };
    let finding = it.place.finding(rule, message).with_help(it.help);
    of_missing(world, it.read, finding, it.assumed)
}
