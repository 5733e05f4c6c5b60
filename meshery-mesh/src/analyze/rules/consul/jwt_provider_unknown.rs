//! MSH617 `consul-jwt-provider-unknown`.

use std::collections::BTreeSet;

use meshery_core::resource::Kind;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::consul::{Checks, each, text};
use crate::analyze::kinds::{GATEWAY_POLICY, JWT_PROVIDER, ROUTE_AUTH_FILTER, SERVICE_INTENTIONS};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH617",
    name: "consul-jwt-provider-unknown",
    summary: "A JWTProvider is named that does not exist",
    why: "
Intentions, a GatewayPolicy and a RouteAuthFilter name the providers whose tokens they take. Consul does not sync intentions
that name a provider which does not exist, and a gateway does not accept such a policy: no token is checked, or no request comes
through. A JWTProvider is one for all namespaces.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: web, namespace: shop }
spec: { destination: { name: web }, sources: [{ name: shop, action: allow }], jwt: { providers: [{ name: okat }] } }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: JWTProvider
metadata: { name: okta, namespace: shop }
spec: { issuer: okta, jsonWebKeySet: { local: { filename: /keys } } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: web, namespace: shop }
spec: { destination: { name: web }, sources: [{ name: shop, action: allow }], jwt: { providers: [{ name: okta }] } }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: JWTProvider
metadata: { name: okta, namespace: shop }
spec: { issuer: okta, jsonWebKeySet: { local: { filename: /keys } } }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/jwt-provider",
        "https://developer.hashicorp.com/consul/docs/k8s/crds",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

/// Where providers are named.
const PLACES: &[(Kind<'static>, &[&str])] = &[
    (SERVICE_INTENTIONS, &["spec", "jwt", "providers", "*"]),
    (SERVICE_INTENTIONS, &["spec", "sources", "*", "permissions", "*", "jwt", "providers", "*"]),
    (GATEWAY_POLICY, &["spec", "default", "jwt", "providers", "*"]),
    (GATEWAY_POLICY, &["spec", "override", "jwt", "providers", "*"]),
    (ROUTE_AUTH_FILTER, &["spec", "jwt", "providers", "*"]),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let known: BTreeSet<&str> = world.of(JWT_PROVIDER).iter().map(|provider| &*provider.name).collect();
    let mut findings = Vec::new();
    for (kind, path) in PLACES {
        for object in world.of(*kind) {
            let mut checks = Checks::new(rule, object);
            for provider in each(&object.root, path) {
                let name = text(provider, "name");
                if name.is_empty() || known.contains(name) {
                    continue;
                }
                checks.at(provider, "name", format!("there is no JWTProvider {name:?}"), "create the JWTProvider");
                checks.meaning(name, nearest(name, known.iter().copied()));
            }
            let assumed = "there are no other JWTProviders than those among the input";
            let missing = checks.findings.into_iter();
            findings.extend(missing.filter_map(|it| of_missing(world, !known.is_empty(), it, assumed)));
        }
    }
    findings
}
