//! MSH830 `retry-amplification`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Calls, Retries, Route, Routes};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH830",
    name: "retry-amplification",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "Retries along a chain of calls multiply",
    why: "
Where each of three services tries three times more, the last one gets up to 64 requests for one of the first: when it is
slow because of too much work, it gets 64 times as much. Retries belong to one place of a chain, mostly the first.

Who calls whom is taken from what is told: intentions and upstreams of Consul, and policies of Istio that let a service
account call certain workloads. Chains that nobody tells of are not seen. More than 16 tries of one request are too many.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceRouter
metadata: { name: web, namespace: shop }
spec: { routes: [{ destination: { service: web, numRetries: 4, retryOnStatusCodes: [503] } }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceRouter
metadata: { name: stock, namespace: shop }
spec: { routes: [{ destination: { service: stock, numRetries: 4, retryOnStatusCodes: [503] } }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: stock, namespace: shop }
spec: { destination: { name: stock }, sources: [{ name: web, action: allow }] }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceRouter
metadata: { name: web, namespace: shop }
spec: { routes: [{ destination: { service: web, numRetries: 4, retryOnStatusCodes: [503] } }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: stock, namespace: shop }
spec: { destination: { name: stock }, sources: [{ name: web, action: allow }] }",
    references: &[
        "https://sre.google/sre-book/addressing-cascading-failures/",
        "https://developer.hashicorp.com/consul/docs/reference/config-entry/service-router",
    ],
    meshes: &["consul", "istio"],
    run,
    ..Rule::NEW
};

/// How often a request may be tried along a chain.
const MOST: u64 = 16;
/// How long a chain may be that is looked at; it bounds circles too.
const DEPTH: usize = 8;

/// How often a request to a host is tried at most, and where that is said.
#[derive(Clone)]
struct Tried {
    tries: u64,
    retries: Option<Retries>,
    /// Who answers for the host.
    backends: BTreeSet<String>,
}

impl Tried {
    /// Whom those call that answer for the host.
    fn callees<'a>(&'a self, host: &'a str, calls: &'a Calls) -> impl Iterator<Item = &'a String> {
        let others = self.backends.iter().map(String::as_str).filter(move |backend| *backend != host);
        others.chain([host]).flat_map(|backend| calls.of(backend))
    }
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let calls = world.view::<Calls>();
    if calls.is_empty() {
        return Vec::new();
    }
    let routes = world.view::<Routes>();
    let tried = on_chains(&routes, &calls);
    let called: BTreeSet<&String> = tried.iter().flat_map(|(host, it)| it.callees(host, &calls)).collect();
    let findings = tried.iter().filter(|(host, _)| !called.contains(host)).filter_map(|(host, first)| {
        let chain = worst(host, &tried, &calls);
        let total = chain.iter().fold(first.tries, |total, (_, it)| total.saturating_mul(it.tries));
        let retries = first.retries.as_ref().filter(|_| !chain.is_empty() && total > MOST)?;
        let names: Vec<&str> = chain.iter().map(|(host, _)| *host).collect();
        let message = format!("a request to {host:?} may become {total} requests to {:?}", names.last()?);
        let finding = rule.finding(&retries.object, retries.place, message);
        let finding = finding.with_help("retry in one place of the chain, and less often");
        Some(
            chain
                .iter()
                .filter_map(|(_, it)| it.retries.as_ref())
                .fold(finding, |finding, it| finding.with_related(&it.object, it.place, "is tried again here")),
        )
    });
    findings.collect()
}

/// What is tried again of the hosts from which a chain leads on, or to which one leads.
fn on_chains(routes: &Routes, calls: &Calls) -> BTreeMap<String, Tried> {
    let linked: HashSet<&str> = calls.hosts().collect();
    let inside = routes.iter().filter(|route| route.is_inside && !linked.is_empty());
    let retrying = inside.filter_map(|route| {
        let most = route.rules.iter().filter(|rule| rule.retries.is_some()).max_by_key(|rule| rule.tries());
        Some((route, most.filter(|rule| rule.tries() > 1)?))
    });
    let retrying: Vec<_> = retrying.collect();
    let is_linked = |route: &Route| {
        let backends = route.rules.iter().flat_map(|rule| &rule.backends);
        route.hosts.iter().chain(backends).any(|host| linked.contains(host.as_str()))
    };
    let hosts: HashSet<&String> =
        retrying.iter().filter(|(route, _)| is_linked(route)).flat_map(|(route, _)| &route.hosts).collect();
    let mut tried: BTreeMap<String, Tried> = BTreeMap::new();
    for (route, most) in retrying {
        for host in route.hosts.iter().filter(|host| hosts.contains(host)) {
            let unknown = Tried { tries: 1, retries: None, backends: BTreeSet::new() };
            let known = tried.entry(host.clone()).or_insert(unknown);
            known.backends.extend(route.rules.iter().flat_map(|rule| rule.backends.iter().cloned()));
            if most.tries() > known.tries {
                (known.tries, known.retries) = (most.tries(), most.retries.clone());
            }
        }
    }
    tried
}

/// The chain of calls from a host on that multiplies most, each step taking the callee that is tried most often. A host is
/// gone through once.
fn worst<'a>(host: &'a str, tried: &'a BTreeMap<String, Tried>, calls: &'a Calls) -> Vec<(&'a str, &'a Tried)> {
    let (mut chain, mut seen, mut at) = (Vec::new(), BTreeSet::from([host]), host);
    for _ in 0..DEPTH {
        let Some(it) = tried.get(at) else { break };
        let next = it.callees(at, calls).filter(|callee| !seen.contains(callee.as_str()));
        let next = next.filter_map(|callee| Some((callee.as_str(), tried.get(callee)?))).max_by_key(|(_, it)| it.tries);
        let Some((callee, it)) = next else { break };
        chain.push((callee, it));
        seen.insert(callee);
        at = callee;
    }
    chain
}
