//! MSH604 `consul-entry-twice`.

use std::collections::BTreeMap;

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, checked, each, items, text};
use crate::analyze::kinds::{
    INGRESS_GATEWAY, SAMENESS_GROUP, SERVICE_DEFAULTS, SERVICE_INTENTIONS, SERVICE_ROUTER, SERVICE_SPLITTER,
    TERMINATING_GATEWAY,
};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH604",
    name: "consul-entry-twice",
    summary: "A list of Consul's has an entry twice",
    why: "
The admission webhook refuses a method, an address, a member of a sameness group or a binding that is listed twice. What only
Consul's servers compare is a warning: two listeners on a port, a service or a host twice in a listener, two splits or two
sources that mean the same.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: db, namespace: shop }
spec: { destination: { addresses: [db.example.com, db.example.com], port: 5432 } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: db, namespace: shop }
spec: { destination: { addresses: [db.example.com], port: 5432 } }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-defaults",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/sameness-group",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/ingress-gateway",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(
        world,
        rule,
        &[
            (INGRESS_GATEWAY, ingress),
            (SAMENESS_GROUP, sameness),
            (SERVICE_DEFAULTS, addresses),
            (SERVICE_INTENTIONS, intentions),
            (SERVICE_ROUTER, router),
            (SERVICE_SPLITTER, splits),
            (TERMINATING_GATEWAY, terminating),
        ],
    )
}

/// Complains of every item whose key another one before it has; one without a key is never twice.
fn once<'a, K: Ord>(
    checks: &mut Checks<'_>,
    items: impl IntoIterator<Item = &'a Node>,
    key: impl Fn(&'a Node) -> Option<K>,
    message: &str,
    is_late: bool,
) {
    let mut seen: BTreeMap<K, &Node> = BTreeMap::new();
    for item in items {
        let Some(key) = key(item) else { continue };
        match seen.get(&key) {
            None => drop(seen.insert(key, item)),
            Some(first) => {
                checks.on(item, message, "take one of them away");
                checks.related(first, "the first one");
                if is_late {
                    checks.when_synced();
                }
            }
        }
    }
}

fn keys<'a, const N: usize>(map: &'a Node, keys: [&str; N]) -> [&'a str; N] {
    keys.map(|key| text(map, key))
}

fn ingress(checks: &mut Checks<'_>, spec: &Node) {
    let port = |listener: &Node| listener.get("port")?.as_int();
    once(checks, items(spec, "listeners"), port, "another listener has the same port", true);
    for listener in items(spec, "listeners") {
        let service =
            |service| Some(keys(service, ["name", "namespace", "partition"])).filter(|key| !key[0].is_empty());
        let message = "the listener has the same service before";
        once(checks, items(listener, "services"), service, message, true);
        let hosts = each(listener, &["services", "*", "hosts", "*"]);
        once(checks, hosts, Node::as_str, "the listener has the same host before", true);
    }
}

fn sameness(checks: &mut Checks<'_>, spec: &Node) {
    let member = |member| Some(keys(member, ["peer", "partition"])).filter(|key| key.iter().any(|it| !it.is_empty()));
    once(checks, items(spec, "members"), member, "the group has the same member before", false);
}

fn addresses(checks: &mut Checks<'_>, spec: &Node) {
    let addresses = each(spec, &["destination", "addresses", "*"]);
    once(checks, addresses, Node::as_str, "the destination has the same address before", false);
}

fn intentions(checks: &mut Checks<'_>, spec: &Node) {
    for source in items(spec, "sources") {
        for http in each(source, &["permissions", "*", "http"]) {
            once(checks, items(http, "methods"), Node::as_str, "the same method is listed before", false);
        }
    }
    let source = |source| {
        let key = keys(source, ["name", "namespace", "partition", "peer", "samenessGroup"]);
        Some(key).filter(|key| !key[0].is_empty())
    };
    once(checks, items(spec, "sources"), source, "the same source is listed before", true);
}

fn router(checks: &mut Checks<'_>, spec: &Node) {
    for http in each(spec, &["routes", "*", "match", "http"]) {
        let method = |method: &Node| method.as_str().map(str::to_uppercase);
        once(checks, items(http, "methods"), method, "the same method is listed before", true);
    }
}

/// Headers make two splits differ, whatever they are.
fn splits(checks: &mut Checks<'_>, spec: &Node) {
    let own = checks.object.name.clone();
    let plain = items(spec, "splits").iter().filter(|it| {
        it.get("requestHeaders").is_none_or(Node::is_empty) && it.get("responseHeaders").is_none_or(Node::is_empty)
    });
    let split = |split| {
        let [service, subset, namespace, partition] =
            keys(split, ["service", "serviceSubset", "namespace", "partition"]);
        let service = if service.is_empty() { own.to_string() } else { service.to_owned() };
        Some((service, subset, namespace, partition))
    };
    once(checks, plain, split, "another split goes to the same place", true);
}

fn terminating(checks: &mut Checks<'_>, spec: &Node) {
    let service = |service| Some(keys(service, ["name", "namespace"])).filter(|key| !key[0].is_empty());
    once(checks, items(spec, "services"), service, "the gateway has the same service before", true);
}
