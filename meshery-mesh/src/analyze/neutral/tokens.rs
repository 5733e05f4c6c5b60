//! Who vouches for tokens, and whether one is demanded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{Selector, World};

use super::kinds::{CONSUL_GATEWAY_POLICY, CONSUL_INTENTIONS, CONSUL_JWT, CONSUL_ROUTE_AUTH};
use super::place::{items, text};
use super::{Mesh, Place};
use crate::analyze::istio::MeshConfig;
use crate::analyze::kinds::{AUTHORIZATION_POLICY, REQUEST_AUTHENTICATION};

/// An object that says whose tokens are valid.
pub(in crate::analyze) struct Issuer {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) place: Place,
    /// From where keys are fetched, each with its place.
    pub(in crate::analyze) keys: Vec<(Arc<str>, Place)>,
    /// Whether something asks for a token of it.
    pub(in crate::analyze) demanded: bool,
    /// Whether what could ask for one seems to have been read.
    pub(in crate::analyze) read: bool,
    pub(in crate::analyze) help: &'static str,
    /// What is taken for granted where nothing does.
    pub(in crate::analyze) assumed: &'static str,
}

/// Sorted by mesh.
const DIALECTS: [fn(&World) -> Vec<Issuer>; 2] = [consul, istio];

/// All of them.
pub(in crate::analyze) fn issuers(world: &World) -> Vec<Issuer> {
    DIALECTS.iter().flat_map(|dialect| dialect(world)).collect()
}

fn consul(world: &World) -> Vec<Issuer> {
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for intentions in world.of(CONSUL_INTENTIONS) {
        let permissions = intentions.items(&["spec", "sources"]).iter().flat_map(|it| items(it, &["permissions"]));
        let holders = permissions.chain(intentions.root.get("spec"));
        named.extend(holders.flat_map(|it| items(it, &["jwt", "providers"])).filter_map(|it| text(it, &["name"])));
    }
    for policy in world.of(CONSUL_GATEWAY_POLICY).iter().chain(world.of(CONSUL_ROUTE_AUTH)) {
        let parts = ["default", "override"].iter().flat_map(|key| policy.items(&["spec", key, "jwt", "providers"]));
        let own = policy.items(&["spec", "jwt", "providers"]).iter();
        named.extend(parts.chain(own).filter_map(|it| text(it, &["name"])));
    }
    let read = !world.of(CONSUL_INTENTIONS).is_empty();
    let issuer = |provider: &Arc<Resource>| {
        let node = provider.root.at(&["spec", "jsonWebKeySet", "remote", "uri"]);
        let key = |node: &Node| Some((node.as_str()?.into(), Place::of(provider, node)));
        Issuer {
            mesh: Mesh::Consul,
            place: Place::head(provider),
            keys: node.and_then(key).into_iter().collect(),
            demanded: named.contains(&*provider.name),
            read,
            help: "name the provider in the jwt of the ServiceIntentions or of the gateway",
            assumed: "nothing outside the input names the provider",
        }
    };
    world.of(CONSUL_JWT).iter().map(issuer).collect()
}

/// A policy that asks for a token.
struct Demand<'a> {
    namespace: &'a str,
    selector: Selector,
    /// Whether it is for what it names, a gateway or a Service.
    targets: bool,
}

fn istio(world: &World) -> Vec<Issuer> {
    let config = world.view::<MeshConfig>();
    let root = config.root_namespace();
    let mut demands: BTreeMap<&str, Vec<Demand<'_>>> = BTreeMap::new();
    for policy in world.of(AUTHORIZATION_POLICY).iter().filter(|policy| asks_for_token(policy)) {
        demands.entry(policy.namespace_or_default()).or_default().push(demand(policy));
    }
    let mut issuers = Vec::new();
    for authentication in world.of(REQUEST_AUTHENTICATION) {
        let rules = authentication.items(&["spec", "jwtRules"]);
        // A token that every call must have may also be what the path or the application asks for.
        if rules.is_empty() {
            continue;
        }
        let own = demand(authentication);
        let meets = |it: &Demand<'_>| {
            // What each of them selects may have pods in common, unless they ask for other values of one label.
            let apart = it
                .selector
                .equal
                .iter()
                .any(|(name, value)| own.selector.equal.get(name).is_some_and(|it| it != value));
            it.targets || own.targets || !apart
        };
        let uri = |rule: &Node| {
            let node = rule.get("jwksUri").or_else(|| rule.get("jwks_uri"))?;
            Some((node.as_str()?.into(), Place::of(authentication, node)))
        };
        issuers.push(Issuer {
            mesh: Mesh::Istio,
            place: Place::at(authentication, &["spec", "jwtRules"]),
            keys: rules.iter().filter_map(uri).collect(),
            demanded: near(&demands, own.namespace, root).any(meets),
            read: world.covers(AUTHORIZATION_POLICY, own.namespace),
            help: "require one by an AuthorizationPolicy with requestPrincipals",
            assumed: "no AuthorizationPolicy outside the input requires a token",
        });
    }
    issuers
}

/// The policies that may be for pods of a namespace; those of all namespaces, for what is for all of them.
fn near<'a>(
    demands: &'a BTreeMap<&str, Vec<Demand<'a>>>,
    namespace: &'a str,
    root: &'a str,
) -> impl Iterator<Item = &'a Demand<'a>> {
    let all = demands.values().filter(move |_| namespace == root);
    let some = [namespace, root].into_iter().filter(move |_| namespace != root).filter_map(|name| demands.get(name));
    all.chain(some).flatten()
}

fn demand(policy: &Arc<Resource>) -> Demand<'_> {
    let target = ["targetRef", "targetRefs"].iter().any(|key| policy.root.at(&["spec", key]).is_some());
    let selector = policy.root.at(&["spec", "selector"]).map(Selector::of).unwrap_or_default();
    Demand { namespace: policy.namespace_or_default(), selector, targets: target }
}

/// Whether a policy asks who the token says that the user is, or for one of its claims. One that leaves the decision to
/// somebody else may.
fn asks_for_token(policy: &Arc<Resource>) -> bool {
    if policy.text(&["spec", "action"]) == Some("CUSTOM") {
        return true;
    }
    let is_said = |node: &Node, key: &str| node.get(key).is_some_and(|part| !part.is_empty());
    policy.items(&["spec", "rules"]).iter().any(|rule| {
        let mut sources = items(rule, &["from"]).iter().filter_map(|from| from.get("source"));
        let asks = |it: &Node| is_said(it, "requestPrincipals") || is_said(it, "notRequestPrincipals");
        let mut keys = items(rule, &["when"]).iter().filter_map(|when| text(when, &["key"]));
        sources.any(asks) || keys.any(|key| key.starts_with("request.auth."))
    })
}
