//! MSH101 `virtualservice-host-unknown`: a VirtualService routes to a host that no Service and no ServiceEntry has.
//!
//! Envoy answers every request of such a route with 503. A short name means a Service in the VirtualService's own
//! namespace; `reviews.shop`, `reviews.shop.svc` and `reviews.shop.svc.cluster.local` mean one in `shop`; any other
//! host, with or without a wildcard, must be one of a ServiceEntry. Whoever has the host must export it to a namespace
//! from which the VirtualService is used: its own, those it is exported to, or those of its gateways.
//!
//! ## Wrong
//! A route to `reviws` beside a Service `reviews`.
//!
//! ## Right
//! A route to `reviews`, or a Service or ServiceEntry for the host that is meant.
//!
//! ## What it cannot see
//! Files are seldom all of a cluster. Where the input has no Service at all of the namespace in question, the finding
//! is a warning that says so; what else a finding takes for granted, it says too. The defaults of the mesh hold: the
//! domain `cluster.local`, exports to all namespaces, and the Services `kubernetes` and `istio-ingressgateway`.

use meshery_core::resource::{Node, Resource, Snapshot};
use meshery_core::{ConfigAnalyzer, Finding, RuleInfo, Severity};

use crate::analyze::istio::{CLUSTER_DOMAIN, Host, NETWORKING, Registry, Visibility, clients, destinations};
use crate::nearest::nearest;

/// The rule.
pub(in crate::analyze) struct VirtualServiceHostUnknown;

impl ConfigAnalyzer for VirtualServiceHostUnknown {
    fn info(&self) -> RuleInfo {
        RuleInfo {
            code: "MSH101".into(),
            name: "virtualservice-host-unknown".into(),
            severity: Severity::Error,
            summary: "A VirtualService routes to a host that no Service and no ServiceEntry has".into(),
            aliases: vec!["IST0101".into()],
        }
    }

    fn analyze(&self, snapshot: &Snapshot) -> Vec<Finding> {
        let registry = Registry::new(snapshot);
        let services = snapshot.of(NETWORKING, "VirtualService");
        services.flat_map(|service| self.check(service, &registry)).collect()
    }
}

impl VirtualServiceHostUnknown {
    fn check(&self, service: &Resource, registry: &Registry<'_>) -> Vec<Finding> {
        // What is exported to nobody (`~`) has no client, and routes nothing anywhere.
        let clients = clients(service);
        if clients.is_empty() {
            return Vec::new();
        }
        let look = |place: &Node, text: &str| {
            let own = service.namespace_or_default();
            let problem = Route { text, host: Host::parse(text, own), own, clients: &clients, registry }.problem()?;
            let finding = self.info().finding(service, place.span, problem.message);
            Some(Finding { severity: problem.severity, help: Some(problem.help), ..finding })
        };
        destinations(service)
            .filter_map(|destination| match destination.get("host") {
                Some(host) => look(host, host.as_str()?),
                None => look(destination, ""),
            })
            .collect()
    }
}

/// Where a destination leads to.
struct Route<'a> {
    text: &'a str,
    host: Host<'a>,
    /// The namespace of the VirtualService.
    own: &'a str,
    clients: &'a [&'a str],
    registry: &'a Registry<'a>,
}

/// What is wrong with it, and what to do.
struct Problem {
    severity: Severity,
    message: String,
    help: String,
}

impl Problem {
    fn error(message: String, help: String) -> Self {
        Self { severity: Severity::Error, message, help }
    }

    /// Something that is wrong only if what it assumes is true.
    fn warning(message: String, help: String) -> Self {
        Self { severity: Severity::Warning, message, help }
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

    fn hidden(&self, object: &str) -> Problem {
        let clients = self.clients.join(", ");
        let message = format!("{object} has the host {:?}, but does not export it to {clients}", self.text);
        Problem::error(message, format!("add {clients} to the exportTo of {object}"))
    }

    fn unknown(&self) -> Problem {
        let known = |namespace| self.registry.covers(namespace);
        match self.host {
            Host::Service { namespace, .. } if !known(namespace) => self.unseen(namespace),
            Host::Service { name, namespace, domain } if domain != CLUSTER_DOMAIN && self.exists(name, namespace) => {
                let message = self.missing(&format!("; assumed that the cluster's domain is {CLUSTER_DOMAIN:?}"));
                Problem::warning(message, self.help())
            }
            Host::Service { .. } => Problem::error(self.missing(""), self.help()),
            Host::Either { namespace, .. } if known(namespace) => Problem::error(self.missing(""), self.help()),
            _ if !known(self.own) && self.registry.entry_hosts().next().is_none() => self.unseen(self.own),
            Host::Either { namespace, .. } => {
                let assumed =
                    format!("; assumed to be neither in namespace {namespace:?} nor in a ServiceEntry elsewhere");
                Problem::error(self.missing(&assumed), self.help())
            }
            Host::External(_) => {
                Problem::error(self.missing("; assumed that no ServiceEntry outside the input has it"), self.help())
            }
        }
    }

    /// Of a namespace that the input tells nothing about.
    fn unseen(&self, namespace: &str) -> Problem {
        let assumed = format!("; assumed so, though the input has no Service of namespace {namespace:?}");
        let help = format!("add the Services and ServiceEntries of namespace {namespace:?} to the input to be sure");
        Problem::warning(self.missing(&assumed), help)
    }

    fn missing(&self, assumed: &str) -> String {
        let full = self.host.to_string();
        let meaning = if full == self.text { String::new() } else { format!(" ({full})") };
        format!("no Service or ServiceEntry has the host {:?}{meaning}{assumed}", self.text)
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
