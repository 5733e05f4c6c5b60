//! MSH183 `virtualservices-share-mesh-host`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::{Facet, Facets, Settings};
use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::istio::{MESH, MeshHosts, full_host, told_namespace};
use crate::analyze::kinds::VIRTUAL_SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH183",
    name: "virtualservices-share-mesh-host",
    summary: "Several VirtualServices have the same host in the mesh",
    why: "
Gateways put the routes of several VirtualServices for a host together, sidecars do not: they use one of them, and the
routes of the other ones are silently missing. Which one is used depends on the age of the objects and on where they are
exported from.

Two that are exported to no common namespace do not meet, nor do two of which one routes HTTP and the other one TLS or TCP.
Where one is private to its namespace and the other one is everyone's, the private one may be meant to take its place; that
is a warning.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews-timeout, namespace: shop }
spec:
  hosts: [reviews.shop.svc.cluster.local]
  http: [{ timeout: 2s, route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ timeout: 2s, route: [{ destination: { host: reviews } }] }] }",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services",
        "https://istio.io/latest/docs/reference/config/analysis/ist0109/",
    ],
    meshes: &["istio"],
    aliases: &["IST0109", "KIA1106"],
    upstream: "virtualservice.ConflictingMeshGatewayHostsAnalyzer",
    run,
    ..Rule::NEW
};

const EVERYWHERE: &str = "*";

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    if !world.settings().compatible {
        return conflicts(rule, &world.view());
    }
    let meshed: Vec<&Resource> = world.of(VIRTUAL_SERVICE).iter().map(|it| &**it).filter(|it| is_of_mesh(it)).collect();
    as_istioctl(rule, &meshed)
}

fn is_of_mesh(service: &Resource) -> bool {
    let gateways = service.items(&["spec", "gateways"]);
    gateways.is_empty() || gateways.iter().any(|gateway| gateway.as_str() == Some(MESH))
}

/// Who sees a VirtualService.
fn scopes<'a>(service: &'a Resource, own: &'a str) -> BTreeSet<&'a str> {
    let exports = service.items(&["spec", "exportTo"]).iter().filter_map(Node::as_str);
    let scopes: BTreeSet<&str> = exports.map(|scope| if scope == "." { own } else { scope }).collect();
    if scopes.is_empty() || scopes.contains(EVERYWHERE) { BTreeSet::from([EVERYWHERE]) } else { scopes }
}

fn hosts(service: &Resource) -> impl Iterator<Item = &Node> {
    service.items(&["spec", "hosts"]).iter().filter(|host| host.as_str().is_some())
}

/// Every host that two claim in one scope, or one in a scope and one everywhere, though it be by a wildcard, or the same
/// one by two spellings.
fn as_istioctl(rule: &RuleInfo, services: &[&Resource]) -> Vec<Finding> {
    let mut claims: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
    for (at, service) in services.iter().enumerate() {
        let own = told_namespace(service);
        for scope in scopes(service, own) {
            for host in hosts(service).filter_map(Node::as_str) {
                claims.entry((scope, full_host(host, own))).or_default().push(at);
            }
        }
    }
    let everywhere = claims.iter().filter(|((scope, _), _)| *scope == EVERYWHERE);
    let everywhere = MeshHosts::new(everywhere.map(|((_, host), services)| (host.as_str(), services.as_slice())));
    let mut reported: BTreeSet<usize> = BTreeSet::new();
    let mut looked_up: BTreeSet<&str> = BTreeSet::new();
    for ((scope, host), services) in &claims {
        if *scope == EVERYWHERE {
            reported.extend(services.iter().filter(|_| services.len() > 1));
            continue;
        }
        if looked_up.insert(host) {
            reported.extend(everywhere.meeting(host));
        }
        if services.len() > 1 || everywhere.meets(host) {
            reported.extend(services);
        }
    }
    let finding = |service: &&Resource| {
        let span = hosts(service).next().map_or(service.head(), |host| host.span);
        let message = "another VirtualService has one of its hosts in the mesh, too";
        rule.finding(service, span, message).with_help("make one VirtualService of them")
    };
    reported.into_iter().filter_map(|at| services.get(at)).map(finding).collect()
}

/// What a VirtualService has in the mesh.
struct Meshed {
    hosts: Vec<Named>,
    /// Who sees it.
    scopes: BTreeSet<String>,
    /// For what it has routes.
    protocols: Vec<&'static str>,
}

/// A host, in full, as it is written, and where.
struct Named {
    full: String,
    written: String,
    place: Span,
}

impl Facet for Meshed {
    const KINDS: &'static [Kind<'static>] = &[VIRTUAL_SERVICE];

    fn of(service: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let own = service.namespace_or_default();
        let hosts = hosts(service).filter(|_| is_of_mesh(service));
        let hosts = hosts.filter_map(|host| Some((host.as_str()?, host.span))).map(|(written, place)| Named {
            full: full_host(written, own),
            written: written.to_owned(),
            place,
        });
        let protocols = ["http", "tls", "tcp"].into_iter().filter(|it| !service.items(&["spec", it]).is_empty());
        let scopes = scopes(service, own).into_iter().filter(|scope| *scope != "~").map(str::to_owned);
        let meshed = Self { hosts: hosts.collect(), scopes: scopes.collect(), protocols: protocols.collect() };
        (!meshed.hosts.is_empty()).then_some(meshed)
    }
}

/// A host that a VirtualService has in the mesh.
#[derive(Clone, Copy)]
struct Claim<'a> {
    service: &'a Resource,
    meshed: &'a Meshed,
    host: &'a Named,
}

/// Every host that two have, of which some namespace sees both.
fn conflicts(rule: &RuleInfo, services: &Facets<Meshed>) -> Vec<Finding> {
    let mut having: HashMap<&str, usize> = HashMap::new();
    for host in services.iter().flat_map(|(_, meshed)| &meshed.hosts) {
        *having.entry(&host.full).or_default() += 1;
    }
    let mut claims: BTreeMap<(&str, &str), BTreeMap<&str, Vec<Claim<'_>>>> = BTreeMap::new();
    for (service, meshed) in services.iter() {
        let is_shared = |host: &&Named| having.get(host.full.as_str()).is_some_and(|count| *count > 1);
        for host in meshed.hosts.iter().filter(is_shared) {
            for protocol in &meshed.protocols {
                let of_host = claims.entry((protocol, &host.full)).or_default();
                let claim = Claim { service, meshed, host };
                meshed.scopes.iter().for_each(|scope| of_host.entry(scope).or_default().push(claim));
            }
        }
    }
    let mut found: BTreeMap<(&str, &str), Finding> = BTreeMap::new();
    for scopes in claims.values() {
        let everyones = scopes.get(EVERYWHERE).map(Vec::as_slice).unwrap_or_default();
        for (scope, claims) in scopes {
            let more = if *scope == EVERYWHERE { &[] } else { everyones };
            for (one, other) in pairs(claims, claims).into_iter().chain(pairs(claims, more)).chain(pairs(more, claims))
            {
                let key = (one.service.namespace_or_default(), &*one.service.name);
                found.entry(key).or_insert_with(|| conflict(rule, one, other));
            }
        }
    }
    found.into_values().collect()
}

/// Each with one of the others that is not the same VirtualService.
fn pairs<'a>(claims: &[Claim<'a>], others: &[Claim<'a>]) -> Vec<(Claim<'a>, Claim<'a>)> {
    let is_same = |a: &Claim<'_>, b: &Claim<'_>| {
        a.service.name == b.service.name && a.service.namespace_or_default() == b.service.namespace_or_default()
    };
    let Some(first) = others.first() else { return Vec::new() };
    let second = others.iter().find(|other| !is_same(other, first));
    let with_other = claims.iter().filter_map(|claim| {
        let other = if is_same(claim, first) { second? } else { first };
        Some((*claim, *other))
    });
    with_other.collect()
}

fn conflict(rule: &RuleInfo, one: Claim<'_>, other: Claim<'_>) -> Finding {
    let message = format!("{} has the host {:?} in the mesh, too", other.service, one.host.written);
    let finding = rule.finding(one.service, one.host.place, message);
    let finding = finding.with_help("make one VirtualService of them, or export them to different namespaces");
    let is_everyones = |claim: &Claim<'_>| claim.meshed.scopes.contains(EVERYWHERE);
    let severity = if is_everyones(&one) == is_everyones(&other) { rule.severity } else { Severity::Warning };
    finding.as_bad_as(severity).with_related(other.service, other.host.place, "the same host")
}
