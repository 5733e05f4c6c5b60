//! MSH128 `destinationrule-host-unknown`.

use std::sync::Arc;

use meshery_core::resource::Resource;
use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::edit::meant;
use crate::analyze::istio::{Exports, Host, Registry, ScopedHosts, Visibility};
use crate::analyze::kinds::DESTINATION_RULE;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH128",
    name: "destinationrule-host-unknown",
    severity: Severity::Warning,
    summary: "A DestinationRule is for a host that no Service and no ServiceEntry has",
    why: "
Such a DestinationRule has no effect: the timeouts, the limits, the TLS that it asks for hold for nobody, and a route
to one of its subsets is answered with 503.

A short name means a Service in the rule's own namespace. A host with a `*` stands for many, and nothing is said of
it. Files are seldom all of a cluster: where the input has no Service of the namespace in question, or no ServiceEntry
for a host outside the cluster, nothing is said either.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviws, trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80 }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80 }] }",
    references: &["https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule"],
    meshes: &["istio"],
    aliases: &["IST0174", "KIA0202"],
    upstream: "destinationrule.SubsetSelectPodAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let rules = world.of(DESTINATION_RULE);
    if world.settings().compatible {
        let hosts = world.view::<ScopedHosts>();
        let unknown = rules.iter().filter(|object| hosts.of_rule(object).is_none());
        return unknown.map(|object| finding(object, rule).with_help("correct the host")).collect();
    }
    let registry = world.view::<Registry>();
    rules.iter().filter_map(|object| check(object, &registry, rule)).collect()
}

fn check(object: &Resource, registry: &Registry, rule: &RuleInfo) -> Option<Finding> {
    let text = object.text(&["spec", "host"])?;
    let own = object.namespace_or_default();
    let host = Host::parse(text, own);
    if text.starts_with('*') || registry.look_up(host, &clients(object)) != Visibility::Unknown {
        return None;
    }
    let found = meant(finding(object, rule), object, text, near(text, host, registry).as_deref(), HELP);
    match host {
        // Where there is nothing else it can do nothing.
        _ if registry.is_all() => Some(found.as_bad_as(Severity::Error)),
        Host::Service { namespace, .. } | Host::Either { namespace, .. } => registry.covers(namespace).then_some(found),
        Host::External(_) => {
            let has_entries = registry.entry_hosts().next().is_some();
            has_entries.then(|| found.assuming("no ServiceEntry outside the input has it"))
        }
    }
}

/// The namespaces that it is exported to; exported to all, it stands for its own.
fn clients(object: &Resource) -> Vec<Arc<str>> {
    match Exports::of_spec(object) {
        Exports::Only(names) if !names.is_empty() => names,
        _ => vec![object.namespace_or_default().into()],
    }
}

const HELP: &str = "correct the host, or add the Service or ServiceEntry that has it";

fn finding(object: &Resource, rule: &RuleInfo) -> Finding {
    let host = object.text(&["spec", "host"]).unwrap_or_default();
    rule.finding(object, place(object), format!("no Service or ServiceEntry has the host {host:?}"))
}

fn place(object: &Resource) -> Span {
    object.root.at(&["spec", "host"]).map_or_else(|| object.head(), |host| host.span)
}

/// The host that may have been meant.
fn near(text: &str, host: Host<'_>, registry: &Registry) -> Option<String> {
    let service = host.as_service().and_then(|(name, namespace)| {
        let near = nearest(name, registry.services(namespace))?;
        Some(text.replacen(name, near, 1))
    });
    service.or_else(|| nearest(text, registry.entry_hosts()).map(String::from))
}
