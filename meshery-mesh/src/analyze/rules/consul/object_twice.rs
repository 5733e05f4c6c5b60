//! MSH619 `consul-object-twice`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Kind, Resource};
use meshery_core::{Finding, RuleInfo, Span, World};

use crate::analyze::Rule;
use crate::analyze::consul::Edition;
use crate::analyze::kinds::{
    CONSUL_MESH, CONTROL_PLANE_REQUEST_LIMIT, EXPORTED_SERVICES, GATEWAY_POLICY, INGRESS_GATEWAY, JWT_PROVIDER,
    PEERING_ACCEPTOR, PEERING_DIALER, PROXY_DEFAULTS, RATE_LIMIT, SAMENESS_GROUP, SERVICE_DEFAULTS, SERVICE_INTENTIONS,
    SERVICE_RESOLVER, SERVICE_ROUTER, SERVICE_SPLITTER, TERMINATING_GATEWAY,
};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH619",
    name: "consul-object-twice",
    summary: "Two objects would be one and the same entry of Consul's",
    why: "
All namespaces of Kubernetes are one for Consul, unless Consul Enterprise mirrors them. So two objects of a kind with one name,
two ServiceIntentions for one destination, and a second configuration of what Consul has once would overwrite each other. The
admission webhook refuses whichever is created last, as it refuses two peerings that keep their tokens in one Secret and two
policies for one listener.

Names are not compared where objects name namespaces or partitions of Consul Enterprise.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: blog }
spec: { protocol: tcp }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: blog-web, namespace: blog }
spec: { protocol: tcp }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries",
        "https://developer.hashicorp.com/consul/docs/k8s/crds",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

/// What Consul has once.
const ONCE: [Kind<'static>; 5] =
    [CONSUL_MESH, CONTROL_PLANE_REQUEST_LIMIT, EXPORTED_SERVICES, PROXY_DEFAULTS, RATE_LIMIT];
/// What must have a name of its own among all of its kind.
const NAMED: [Kind<'static>; 8] = [
    INGRESS_GATEWAY,
    JWT_PROVIDER,
    SAMENESS_GROUP,
    SERVICE_DEFAULTS,
    SERVICE_RESOLVER,
    SERVICE_ROUTER,
    SERVICE_SPLITTER,
    TERMINATING_GATEWAY,
];
const DESTINATION: &[&str] = &["spec", "destination", "name"];
const SECRET: &[&str] = &["spec", "peer", "secret", "name"];
const TARGET: &[&str] = &["spec", "targetRef", "name"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |kind, place: &[&str], message: &str, key: &dyn Fn(&Resource) -> Option<String>| {
        findings.extend(shared(rule, world.of(kind), place, message, key));
    };
    for kind in ONCE {
        find(kind, &[], &format!("Consul has one {} only", kind.name), &|object| {
            Some(String::new()).filter(|_| !object.name.is_empty())
        });
    }
    let is_one = world.view::<Edition>().has_one_namespace();
    for kind in NAMED.into_iter().filter(|_| is_one) {
        let message = format!("a {} of another namespace has the same name", kind.name);
        find(kind, &[], &message, &|object| Some(object.name.to_string()).filter(|name| !name.is_empty()));
    }
    let message = "other ServiceIntentions have the same destination";
    find(SERVICE_INTENTIONS, DESTINATION, message, &|object| {
        let (name, namespace) = (object.text(DESTINATION)?, object.text(&["spec", "destination", "namespace"]));
        // Where namespaces are mirrored the destination is in the one of the object unless it says where.
        let given = namespace.map(ToOwned::to_owned).filter(|namespace| !namespace.is_empty());
        let mirrored = || Some(format!("of {}", object.namespace_or_default())).filter(|_| !is_one);
        Some(format!("{name}/{}", given.or_else(mirrored).unwrap_or_default()))
    });
    for kind in [PEERING_ACCEPTOR, PEERING_DIALER] {
        let message = format!("another {} of the namespace has the same Secret", kind.name);
        find(kind, SECRET, &message, &|object| {
            let secret = object.text(SECRET).filter(|name| !name.is_empty())?;
            Some(format!("{}/{secret}", object.namespace_or_default()))
        });
    }
    find(GATEWAY_POLICY, TARGET, "another GatewayPolicy has the same target", &|object| {
        let of_target = |field| object.text(&["spec", "targetRef", field]).unwrap_or_default();
        let namespace = Some(of_target("namespace")).filter(|namespace| !namespace.is_empty());
        let target = ["name", "group", "kind", "sectionName"].map(of_target).join("/");
        let key = format!("{}/{target}", namespace.unwrap_or(object.namespace_or_default()));
        Some(key).filter(|_| object.text(TARGET).is_some())
    });
    findings
}

/// Complains of all objects that share a key with one that is another object; which is the last one nobody knows.
fn shared(
    rule: &RuleInfo,
    objects: &[Arc<Resource>],
    place: &[&str],
    message: &str,
    key: &dyn Fn(&Resource) -> Option<String>,
) -> Vec<Finding> {
    let mut by_key: BTreeMap<String, Vec<&Arc<Resource>>> = BTreeMap::new();
    for object in objects {
        if let Some(key) = key(object) {
            by_key.entry(key).or_default().push(object);
        }
    }
    let identity = |object: &Resource| (object.namespace_or_default().to_owned(), object.name.to_string());
    let spot = |object: &Resource| -> Span {
        let node = object.root.at(place).filter(|_| !place.is_empty());
        node.map_or(object.head(), |node| node.span)
    };
    let mut findings = Vec::new();
    for sharing in by_key.values() {
        let (Some(first), Some(last)) = (sharing.first(), sharing.last()) else { continue };
        for object in sharing {
            // All others are compared with the first, which is compared with the last.
            let other = if identity(first) == identity(object) { last } else { first };
            if identity(other) == identity(object) {
                continue;
            }
            let finding = rule.finding(object, spot(object), message).with_help("keep one of them, and merge the rest");
            findings.push(finding.with_related(other, spot(other), "the other one"));
        }
    }
    findings
}
