//! MSH302 `gateway-parent-section-unknown`.

use meshery_core::{Finding, Resource, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::edit::meant;
use crate::analyze::gateway_api::{Attachment, Listeners, Reference, attachments, parents, routes};
use crate::analyze::kinds::SERVICE;
use crate::analyze::kubernetes::{Port, Service, Services};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH302",
    name: "gateway-parent-section-unknown",
    summary: "A route asks for a listener or port that its parent does not have",
    why: "
The route is not accepted by that parent: `NoMatchingParent`. A `sectionName` is the name of a listener or of a Service's
port, a `port` its number; where both are given, one listener must have both.

The listeners of a ListenerSet are none of its Gateway's own. A route that wants one names the ListenerSet.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: public, sectionName: https }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: public, sectionName: http }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }",
    references: &[
        "https://gateway-api.sigs.k8s.io/reference/spec/#parentreference",
        "https://gateway-api.sigs.k8s.io/mesh/service-facets/",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (listeners, services) = (world.view::<Listeners>(), world.view::<Services>());
    let mut findings = Vec::new();
    for route in routes(world) {
        for parent in attachments(route, &listeners) {
            // A parent without listeners is refused by its definition, and has nothing to choose from.
            if parent.asked.is_empty() && !parent.all.is_empty() {
                findings.push(of_listeners(rule, route, &parent));
            }
        }
        for parent in parents(route).filter(|parent| parent.kind == SERVICE) {
            let Some(service) = services.get(parent.namespace, parent.name) else { continue };
            let (section, port) = (parent.section(), parent.port());
            let is_asked = service.ports.iter().any(|it| {
                section.is_none_or(|section| *it.name == *section) && port.is_none_or(|port| it.number == port)
            });
            if !is_asked && !service.ports.is_empty() {
                findings.push(of_service(rule, route, &parent, service));
            }
        }
    }
    findings
}

fn of_listeners(rule: &RuleInfo, route: &Resource, parent: &Attachment<'_>) -> Finding {
    let (section, port) = (parent.parent.section(), parent.parent.port());
    let has_name = section.is_some_and(|section| parent.all.iter().any(|listener| *listener.name == *section));
    let place = parent.parent.place(if section.is_some() && !has_name { "sectionName" } else { "port" });
    let names = parent.all.iter().map(|listener| &*listener.name);
    let near = section.filter(|_| !has_name).and_then(|section| nearest(section, names));
    let message = format!("{} has no listener {}", parent.object, asked(section, port));
    let listeners = parent.all.iter().map(|it| format!("{:?} ({})", it.name, it.port));
    let otherwise = format!("its listeners are {}", listed(listeners));
    let finding = meant(rule.finding(route, place, message), route, section.unwrap_or_default(), near, otherwise);
    finding.with_related(parent.object, parent.object.head(), "the parent")
}

fn of_service(rule: &RuleInfo, route: &Resource, parent: &Reference<'_>, service: &Service) -> Finding {
    let message = format!("{} has no port {}", service.object, asked(parent.section(), parent.port()));
    let has = |it: &Port| {
        if it.name.is_empty() { it.number.to_string() } else { format!("{} ({:?})", it.number, it.name) }
    };
    let help = format!("its ports are {}", listed(service.ports.iter().map(has)));
    let place = parent.place(if parent.port().is_some() { "port" } else { "sectionName" });
    let finding = rule.finding(route, place, message).with_help(help);
    finding.with_related(&service.object, service.object.head(), "the Service")
}

/// What was asked for, in words that follow "no listener".
fn asked(section: Option<&str>, port: Option<i64>) -> String {
    match (section, port) {
        (Some(section), Some(port)) => format!("{section:?} of port {port}"),
        (Some(section), None) => format!("{section:?}"),
        (None, Some(port)) => format!("of number {port}"),
        (None, None) => "at all".into(),
    }
}

fn listed(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
