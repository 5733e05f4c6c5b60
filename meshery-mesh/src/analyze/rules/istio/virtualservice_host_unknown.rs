//! MSH101 `virtualservice-host-unknown`.

use std::sync::Arc;

use meshery_core::analyzer::Fix;
use meshery_core::resource::{Node, Resource};
use meshery_core::world::Reach;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::edit;
use crate::analyze::istio::{CLUSTER_DOMAIN, Host, KnownHosts, Registry, Visibility, clients, destinations, slots};
use crate::analyze::kinds::{SERVICE, VIRTUAL_SERVICE};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH101",
    name: "virtualservice-host-unknown",
    summary: "A VirtualService routes to a host that no Service and no ServiceEntry has",
    why: "
Envoy answers every request of such a route with 503. A short name means a Service in the VirtualService's own namespace;
`reviews.shop`, `reviews.shop.svc` and `reviews.shop.svc.cluster.local` mean one in `shop`; any other host, with or without
a wildcard, must be one of a ServiceEntry. Whoever has the host must export it to a namespace from which the VirtualService
is used: its own, those it is exported to, or those of its gateways.

Files are seldom all of a cluster. Where the input has no Service at all of the namespace in question, the finding is a
warning that says so; what else a finding takes for granted, it says too. The defaults of the mesh hold: the domain
`cluster.local`, exports to all namespaces, and the Services `kubernetes` and `istio-ingressgateway`.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route: [{ destination: { host: reviws } }]
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80 }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route: [{ destination: { host: reviews } }]
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80 }] }",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination"],
    meshes: &["istio"],
    aliases: &["IST0101", "KIA1101"],
    upstream: "virtualservice.DestinationHostAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    if world.settings().compatible {
        return as_istioctl(world, rule);
    }
    let nearby = world.nearby(&[SERVICE]);
    let registry = nearby.view::<Registry>();
    nearby.each(&[VIRTUAL_SERVICE], |service, reach| check(service, &registry, rule, reach))
}

/// For istioctl a host with a dot is a Service's full name or a ServiceEntry's, a destination that is missing is one too,
/// and whoever has the host must export it to the namespaces that the VirtualService is exported to.
fn as_istioctl(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let known = world.view::<KnownHosts>();
    world.each(VIRTUAL_SERVICE, |service| {
        let unknown = slots(service).filter(|slot| known.ports(service, slot.host()).is_none());
        unknown
            .map(|slot| {
                let message = format!("no Service or ServiceEntry has the host {:?}", slot.host());
                let help = "correct the host, or add the Service or ServiceEntry that has it";
                rule.finding(service, slot.place().span, message).with_help(help)
            })
            .collect::<Vec<_>>()
    })
}

fn check(service: &Resource, registry: &Registry, rule: &RuleInfo, reach: &mut Reach) -> Vec<Finding> {
    // What is exported to nobody (`~`) has no client, and routes nothing anywhere.
    let clients = clients(service);
    if clients.is_empty() {
        return Vec::new();
    }
    let mut look = |place: &Node, text: &str| {
        let own = service.namespace_or_default();
        let host = Host::parse(text, own);
        host.looked_for(reach);
        let problem = Route { text, host, own, clients: &clients, registry }.problem()?;
        // Whoever is missing may be anywhere.
        reach.add_all();
        let finding = rule.finding(service, place.span, problem.message).as_bad_as(problem.severity);
        let finding = Finding { assumes: problem.assumes.into_iter().collect(), ..finding.with_help(problem.help) };
        Some(match problem.meant.filter(|_| !text.is_empty()) {
            // Only its author knows which host was meant.
            Some(host) => {
                let title = format!("write {host}");
                finding.with_fix(Fix { title, safe: false, edits: vec![edit::replace(service, place.span, &host)] })
            }
            None => finding,
        })
    };
    let destinations = destinations(service).filter_map(|destination| match destination.get("host") {
        Some(host) => look(host, host.as_str()?),
        None => look(destination, ""),
    });
    destinations.collect()
}

/// Where a destination leads to.
struct Route<'a> {
    text: &'a str,
    host: Host<'a>,
    /// The namespace of the VirtualService.
    own: &'a str,
    clients: &'a [Arc<str>],
    registry: &'a Registry,
}

/// What is wrong with it, what to do, and what was taken for granted.
struct Problem {
    severity: Severity,
    message: String,
    help: String,
    assumes: Option<String>,
    /// The host that was meant, where one is near.
    meant: Option<String>,
}

impl Problem {
    fn error(message: String, help: String) -> Self {
        Self { severity: Severity::Error, message, help, assumes: None, meant: None }
    }

    fn meaning(self, meant: Option<String>) -> Self {
        Self { meant, ..self }
    }

    fn assuming(self, what: String) -> Self {
        Self { assumes: Some(what), ..self }
    }

    /// Wrong only if what it assumes is true.
    fn uncertain(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }
}

impl Route<'_> {
    fn problem(&self) -> Option<Problem> {
        match self.registry.look_up(self.host, self.clients) {
            Visibility::Visible => None,
            Visibility::Hidden(object) => Some(self.hidden(&object)),
            Visibility::Unknown if self.text.is_empty() => {
                Some(Problem::error("the destination names no host".into(), "name the host of a Service".into()))
            }
            Visibility::Unknown => Some(self.unknown()),
        }
    }

    fn hidden(&self, object: &Resource) -> Problem {
        let clients = self.clients.join(", ");
        let message = format!("{object} has the host {:?}, but does not export it to {clients}", self.text);
        Problem::error(message, format!("add {clients} to the exportTo of {object}"))
    }

    fn unknown(&self) -> Problem {
        let known = |namespace| self.registry.covers(namespace);
        let missing = Problem::error(self.missing(), self.help()).meaning(self.meant());
        match self.host {
            Host::Service { namespace, .. } if !known(namespace) => self.unseen(namespace),
            Host::Service { name, namespace, domain } if domain != CLUSTER_DOMAIN && self.exists(name, namespace) => {
                missing.assuming(format!("the cluster's domain is {CLUSTER_DOMAIN:?}")).uncertain()
            }
            _ if self.registry.is_all() => missing,
            Host::Service { .. } => missing,
            Host::Either { namespace, .. } if known(namespace) => missing,
            _ if !known(self.own) && self.registry.entry_hosts().next().is_none() => self.unseen(self.own),
            Host::Either { namespace, .. } => {
                missing.assuming(format!("it is neither in namespace {namespace:?} nor in a ServiceEntry elsewhere"))
            }
            Host::External(_) => missing.assuming("no ServiceEntry outside the input has it".into()),
        }
    }

    /// Of a namespace that the input tells nothing about.
    fn unseen(&self, namespace: &str) -> Problem {
        let help = format!("add the Services and ServiceEntries of namespace {namespace:?} to the input to be sure");
        let assumed = format!("namespace {namespace:?} has none, though the input has no Service of it at all");
        Problem::error(self.missing(), help).assuming(assumed).uncertain()
    }

    fn missing(&self) -> String {
        let full = self.host.to_string();
        let meaning = if full == self.text { String::new() } else { format!(" ({full})") };
        format!("no Service or ServiceEntry has the host {:?}{meaning}", self.text)
    }

    fn help(&self) -> String {
        match self.meant() {
            Some(host) => format!("did you mean {host:?}?"),
            None => "correct the host, or add the Service or ServiceEntry that has it".into(),
        }
    }

    /// The host that may have been meant: the same Service elsewhere, one of a similar name, a similar domain.
    fn meant(&self) -> Option<String> {
        let full = |name: &str, namespace: &str| format!("{name}.{namespace}.svc.{CLUSTER_DOMAIN}");
        if let Some((name, namespace)) = self.host.as_service() {
            if self.exists(name, namespace) {
                return Some(full(name, namespace));
            }
            if let Some(elsewhere) = self.registry.namespaces_with(name).next() {
                return Some(full(name, elsewhere));
            }
            if let Some(near) = nearest(name, self.registry.services(namespace)) {
                let short = name == self.text;
                return Some(if short { near.into() } else { full(near, namespace) });
            }
        }
        nearest(self.text, self.registry.entry_hosts()).map(String::from)
    }

    fn exists(&self, service: &str, namespace: &str) -> bool {
        self.registry.namespaces_with(service).any(|having| having == namespace)
    }
}
