//! MSH266 `authorization-principal-unknown`.

use std::cell::LazyCell;
use std::sync::Arc;

use meshery_core::analyzer::{Category, Extent};
use meshery_core::resource::Node;
use meshery_core::world::Reach;
use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::istio::Identities;
use crate::analyze::kinds::AUTHORIZATION_POLICY;
use crate::analyze::kubernetes::WORKLOADS;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH266",
    name: "authorization-principal-unknown",
    category: Category::Security,
    extent: Extent::Fleet,
    summary: "An AuthorizationPolicy names a principal as whom nobody runs",
    why: "
A principal is `TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT`. One that nobody has, for example after a service account
was renamed, makes an ALLOW rule allow nobody and a DENY rule deny nobody, silently.

Service accounts count that are declared, that workloads of any cluster run as, and that istiod gives to Gateways.
Principals of a trust domain that is not the mesh's, nor an alias of it, cannot be looked up: that is a warning.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: carts, namespace: shop }
spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/frontent] } }] }] }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: frontend, namespace: shop }",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: carts, namespace: shop }
spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/frontend] } }] }] }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: frontend, namespace: shop }",
    references: &[
        "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0106", "KIA0108"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let nearby = world.nearby(&WORKLOADS);
    // Asked for only where there is somebody to look up.
    let look = LazyCell::new(|| Look { world, rule, identities: nearby.view() });
    nearby.each(&[AUTHORIZATION_POLICY], |policy, reach| look.check(policy, reach))
}

/// The principals of all sources, each with its place.
fn principals(policy: &Resource) -> impl Iterator<Item = (&Node, &str)> {
    let rules = policy.items(&["spec", "rules"]).iter();
    let sources = rules.filter_map(|rule| rule.get("from")).flat_map(Node::items).filter_map(|from| from.get("source"));
    let named = sources.filter_map(|source| source.get("principals")).flat_map(Node::items);
    named.filter_map(|node| Some((node, node.as_str()?))).filter(|(_, principal)| !principal.is_empty())
}

/// The namespace that a principal is of.
fn namespace_of(principal: &str) -> Option<&str> {
    principal.split_once("/ns/").and_then(|(_, rest)| rest.split('/').next())
}

/// What principals are looked up in.
struct Look<'a> {
    world: &'a World,
    rule: &'a RuleInfo,
    identities: Arc<Identities>,
}

impl Look<'_> {
    fn check(&self, policy: &Resource, reach: &mut Reach) -> Vec<Finding> {
        let unknown = principals(policy).filter(|(_, principal)| {
            let is_known = self.identities.has_principal(principal);
            match namespace_of(principal).filter(|_| is_known && !principal.contains('*')) {
                Some(namespace) => reach.add(namespace),
                // Whoever is meant may be anywhere.
                None => reach.add_all(),
            }
            !is_known
        });
        unknown.filter_map(|(node, principal)| self.finding(policy, node, principal)).collect()
    }

    fn finding(&self, policy: &Resource, node: &Node, principal: &str) -> Option<Finding> {
        if let Some(domain) = self.identities.foreign_domain(principal) {
            let message =
                format!("the trust domain {domain:?} is none of this mesh, so nobody can tell whether it is right");
            let finding = self.rule.finding(policy, node.span, message).as_bad_as(Severity::Warning);
            return Some(finding.with_help("name a principal of the mesh, or add the domain to trustDomainAliases"));
        }
        let finding = self.rule.finding(policy, node.span, format!("nobody runs as {principal:?}"));
        let finding = meant(
            finding,
            policy,
            principal,
            nearest(principal, self.identities.principals()),
            "name the service account that the callers run as",
        );
        let read = namespace_of(principal).is_some_and(|namespace| self.identities.within(namespace).next().is_some());
        let assumed = "the input has all workloads and service accounts of the namespace";
        of_missing(self.world, read, finding, assumed)
    }
}
