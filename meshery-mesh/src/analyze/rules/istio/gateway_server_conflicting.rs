//! MSH145 `gateway-server-conflicting`.

use std::collections::BTreeMap;

use meshery_core::Span;
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Gateway, Gateways, Overlap, Place, Server, Shared};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH145",
    name: "gateway-server-conflicting",
    summary: "Two Gateways want one port of the same workloads in ways that exclude each other",
    why: "
The proxy has one listener for a port and address. Istio goes through the Gateways of a workload, the oldest first, and
leaves out every server that does not fit what it has: one with TLS whose host has a server already, a plain one beside one
with TLS, and a plain one of another protocol or of TCP. The later Gateway does nothing there, and says so nowhere but in
istiod's log.

Servers with plain HTTP on one port are merged, also where they name the same host, so that nothing is said of those.
Gateways meet where one asks for no other labels than the other, or where a workload has the labels of both.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop }
    hosts: [shop.example.com]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop-too, namespace: ingress }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: tls, protocol: TLS }
    tls: { mode: PASSTHROUGH }
    hosts: [shop.example.com]",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop }
    hosts: [shop.example.com]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: blog, namespace: ingress }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: tls, protocol: TLS }
    tls: { mode: PASSTHROUGH }
    hosts: [blog.example.com]",
    references: &["https://istio.io/latest/docs/reference/config/networking/gateway/#Server"],
    meshes: &["istio"],
    aliases: &["IST0145", "KIA0301"],
    upstream: "gateway.ConflictingGatewayAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (gateways, overlap) = (world.view::<Gateways>(), world.view::<Overlap>());
    let wants = if world.settings().compatible { Wants::of_istioctl(&gateways) } else { Wants::of(&gateways) };
    let mut findings = Vec::new();
    for (at, gateway) in gateways.all().iter().enumerate() {
        let meets = |selector: &Selector| overlap.meet(&gateway.selector, selector);
        for (index, server) in gateway.servers.iter().enumerate() {
            let found = if world.settings().compatible {
                wants.known_conflict(gateway, (at, index), &meets)
            } else {
                wants.conflict(gateway, (at, index), &meets)
            };
            let Some(conflict) = found else { continue };
            let Some(other) = gateways.get(conflict.other.0) else { continue };
            let there = other.servers.get(conflict.other.1).map_or_else(|| other.object.head(), Server::port_span);
            let message = format!("{} of {} on port {}", conflict.what, other.object, server.number);
            let help = "serve the host by one Gateway, or use another port or other workloads";
            let finding = rule.finding(&gateway.object, conflict.span, message).with_help(help);
            findings.push(finding.with_related(&other.object, there, "the other server"));
        }
    }
    findings
}

struct Conflict {
    what: String,
    span: Span,
    other: Place,
}

/// How a server takes its port.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Manner {
    /// HTTP without TLS, which is merged with its like.
    Http,
    /// Anything else without TLS, which shares its port with nobody.
    Plain,
    /// With TLS, where the host decides.
    Tls,
}

impl Manner {
    const ALL: [Self; 3] = [Self::Http, Self::Plain, Self::Tls];

    fn of(server: &Server) -> Self {
        match server.protocol().as_str() {
            "HTTP" | "HTTP2" | "HTTP_PROXY" | "GRPC" | "GRPC-WEB" => Self::Http,
            _ if server.tls.is_some() => Self::Tls,
            _ => Self::Plain,
        }
    }

    fn excludes(self, other: Self) -> bool {
        self != other || self == Self::Plain
    }
}

/// A port of an address, and a host there; no host where the port is meant.
type Thing<'a> = (i64, &'a str, String);

/// What the Gateways of a world want.
#[derive(Default)]
struct Wants<'a> {
    hosts: Shared<'a, Thing<'a>>,
    ports: Shared<'a, (i64, &'a str, Manner)>,
}

impl<'a> Wants<'a> {
    fn of(gateways: &'a Gateways) -> Self {
        let mut wants = Self::default();
        for (at, gateway) in gateways.all().iter().enumerate() {
            for (index, server) in gateway.servers.iter().enumerate().filter(|(_, server)| server.port.is_some()) {
                let place = (at, index);
                wants.ports.add((server.number, &*server.bind, Manner::of(server)), &gateway.selector, place);
                for (host, _) in server.hosts().filter(|_| server.tls.is_some()) {
                    wants.hosts.add((server.number, &*server.bind, seen(host, gateway)), &gateway.selector, place);
                }
            }
        }
        wants
    }

    /// What istioctl remembers: the hosts of each Gateway's last server on a port, with TLS or without.
    fn of_istioctl(gateways: &'a Gateways) -> Self {
        let mut wants = Self::default();
        for (at, gateway) in gateways.all().iter().enumerate() {
            let numbered = gateway.servers.iter().enumerate().map(|(index, server)| (server.number, (index, server)));
            for (index, server) in numbered.collect::<BTreeMap<_, _>>().into_values() {
                let place = (at, index);
                wants.ports.add((server.number, "", Manner::Plain), &gateway.selector, place);
                for (host, _) in server.hosts() {
                    wants.hosts.add((server.number, &*server.bind, host.into()), &gateway.selector, place);
                }
            }
        }
        wants
    }

    fn conflict(
        &self,
        gateway: &'a Gateway,
        (at, index): Place,
        meets: &dyn Fn(&Selector) -> bool,
    ) -> Option<Conflict> {
        let server = gateway.servers.get(index).filter(|server| server.port.is_some())?;
        let own = Manner::of(server);
        let mut hosts = server.hosts().filter(|_| server.tls.is_some());
        let host = hosts.find_map(|(host, place)| {
            let other = self.hosts.other(&(server.number, &*server.bind, seen(host, gateway)), at, meets)?;
            Some(Conflict { what: format!("the host {host:?} is that of a server"), span: place.span, other })
        });
        host.or_else(|| {
            let others = Manner::ALL.into_iter().filter(|other| own.excludes(*other));
            let mut others =
                others.filter_map(|other| self.ports.other(&(server.number, &*server.bind, other), at, meets));
            let what = format!("{} does not go together with a server", server.protocol());
            Some(Conflict { what, span: server.port_span(), other: others.next()? })
        })
    }

    /// What istioctl finds: a host of another Gateway; or one of an earlier server of the same Gateway, which it has
    /// written down as one of every other Gateway's by then.
    fn known_conflict(
        &self,
        gateway: &'a Gateway,
        (at, index): Place,
        meets: &dyn Fn(&Selector) -> bool,
    ) -> Option<Conflict> {
        let server = gateway.servers.get(index)?;
        let before = gateway.servers.get(..index)?.iter();
        let before = before.filter(|it| it.number == server.number && it.bind == server.bind);
        let earlier: Vec<&str> = before.flat_map(Server::hosts).map(|(host, _)| host).collect();
        let anyone = || self.ports.other(&(server.number, "", Manner::Plain), at, meets);
        server.hosts().find_map(|(host, place)| {
            let direct = self.hosts.other(&(server.number, &*server.bind, host.into()), at, meets);
            let other = direct.or_else(|| earlier.contains(&host).then(anyone).flatten())?;
            Some(Conflict { what: format!("the host {host:?} is that of a server"), span: place.span, other })
        })
    }
}

/// A host with the namespace whose VirtualServices may use it, as Istio compares them.
fn seen(host: &str, gateway: &Gateway) -> String {
    match host.split_once('/') {
        Some(("*", host)) => host.into(),
        Some((".", host)) => format!("{}/{host}", gateway.object.namespace_or_default()),
        _ => host.into(),
    }
}
