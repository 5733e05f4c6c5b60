//! What lets everybody in unless somebody says otherwise.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::World;

use super::kinds::{CONSUL_INTENTIONS, KUMA_PERMISSION, KUMA_TRAFFIC_PERMISSION};
use super::place::{embedded, is_said, is_true, is_whole_mesh, items, text};
use super::{Members, Mesh, Place};
use crate::analyze::istio::MeshConfig;
use crate::analyze::kinds::{AUTHORIZATION_POLICY, CONFIG_MAP, NAMESPACE};

/// What makes it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Openness {
    /// Nobody has said anything.
    Default,
    /// An object says so.
    Said,
}

/// Something that lets everybody in.
pub(in crate::analyze) struct Access {
    pub(in crate::analyze) openness: Openness,
    pub(in crate::analyze) place: Place,
    /// Who may do what.
    pub(in crate::analyze) message: String,
    pub(in crate::analyze) help: &'static str,
    /// More places of the same.
    pub(in crate::analyze) others: Vec<Place>,
}

/// Sorted by mesh.
const DIALECTS: [fn(&World) -> Vec<Access>; 4] = [consul, istio, kuma, linkerd];

impl Access {
    /// All that lets everybody in.
    pub(in crate::analyze) fn open(world: &World) -> Vec<Self> {
        DIALECTS.iter().flat_map(|dialect| dialect(world)).collect()
    }
}

fn consul(world: &World) -> Vec<Access> {
    let help = "deny by an intention from \"*\" to \"*\", and allow each caller by name";
    let open =
        |openness, place, message: &str| Access { openness, place, message: message.into(), help, others: Vec::new() };
    let (mut found, mut denies) = (Vec::new(), false);
    for intentions in world.of(CONSUL_INTENTIONS) {
        if intentions.text(&["spec", "destination", "name"]) != Some("*") {
            continue;
        }
        for source in intentions.items(&["spec", "sources"]).iter().filter(|it| text(it, &["name"]) == Some("*")) {
            match source.get("action").and_then(Node::as_str) {
                Some("allow") => {
                    let place = Place::of(intentions, source);
                    found.push(open(Openness::Said, place, "every service may call every service"));
                }
                Some("deny") => denies = true,
                _ => {}
            }
        }
    }
    let servers = world
        .of(CONFIG_MAP)
        .iter()
        .filter(|it| it.name.ends_with("-server-config") && it.label("app") == Some("consul"));
    for server in servers.filter(|_| !denies) {
        let parts: Vec<Node> = server
            .root
            .get("data")
            .map(Node::fields)
            .unwrap_or_default()
            .iter()
            .filter_map(|field| embedded(server, &["data", &field.key]))
            .collect();
        let closes = |part: &Node| {
            let said = text(part, &["default_intention_policy"]);
            let of_acl = || text(part, &["acl", "default_policy"]).filter(|_| is_true(part, &["acl", "enabled"]));
            said.or_else(of_acl) == Some("deny")
        };
        let has_mesh = parts.iter().any(|part| is_true(part, &["connect", "enabled"]));
        if has_mesh && !parts.iter().any(closes) {
            let message = "without intentions every service may call every service";
            found.push(open(Openness::Default, Place::head(server), message));
        }
    }
    found
}

fn istio(world: &World) -> Vec<Access> {
    let config = world.view::<MeshConfig>();
    let root = config.root_namespace();
    if !world.covers(AUTHORIZATION_POLICY, root) {
        return Vec::new();
    }
    let closed: BTreeSet<&str> = world
        .of(AUTHORIZATION_POLICY)
        .iter()
        .filter(|policy| closes(policy))
        .map(|policy| policy.namespace_or_default())
        .collect();
    let members = world.view::<Members>();
    let mut open = members.namespaces(Mesh::Istio).filter(|(name, _)| !closed.contains(name));
    if closed.contains(root) {
        return Vec::new();
    }
    let Some((name, place)) = open.next() else { return Vec::new() };
    let others: Vec<Place> = open.map(|(_, place)| place.clone()).collect();
    let more = if others.is_empty() { String::new() } else { format!(", as in {} more", others.len()) };
    vec![Access {
        openness: Openness::Default,
        place: place.clone(),
        message: format!("whoever is not denied may call the workloads of namespace {name:?}{more}"),
        help: "create an AuthorizationPolicy with an empty spec in the root namespace, and allow each caller by name",
        others: others.into_iter().take(3).collect(),
    }]
}

/// Whether an `AuthorizationPolicy` denies what nobody allows: an ALLOW without a rule that fits everything, or a DENY with one,
/// for all workloads.
fn closes(policy: &Resource) -> bool {
    let spec = policy.root.get("spec");
    let part = |key: &str| spec.and_then(|spec| spec.get(key));
    if is_said(part("selector")) || is_said(part("targetRef")) || is_said(part("targetRefs")) {
        return false;
    }
    let fits_all = part("rules").map(Node::items).unwrap_or_default().iter().any(Node::is_empty);
    match part("action").and_then(Node::as_str) {
        None | Some("ALLOW") => !fits_all,
        Some("DENY") => fits_all,
        _ => false,
    }
}

fn kuma(world: &World) -> Vec<Access> {
    let permissions = world.of(KUMA_PERMISSION).iter().filter(|it| is_whole_mesh(it.root.at(&["spec", "targetRef"])));
    let new = permissions.flat_map(|policy| allowing(policy).map(|node| Place::of(policy, node)).collect::<Vec<_>>());
    let old = world.of(KUMA_TRAFFIC_PERMISSION).iter().filter_map(|policy| {
        let has_star = |key: &str| {
            let ends = policy.items(&["spec", key]);
            ends.iter().any(|end| text(end, &["match", "kuma.io/service"]) == Some("*"))
        };
        (has_star("sources") && has_star("destinations")).then(|| Place::at(policy, &["spec", "sources"]))
    });
    let access = |place| Access {
        openness: Openness::Said,
        place,
        message: "every workload of the mesh may call every other".into(),
        help: "allow each caller for what it calls, and delete this permission",
        others: Vec::new(),
    };
    new.chain(old).map(access).collect()
}

/// What allows everybody of a mesh in a `MeshTrafficPermission`.
fn allowing(policy: &Arc<Resource>) -> impl Iterator<Item = &Node> {
    let from = policy.items(&["spec", "from"]).iter().filter(|it| is_whole_mesh(it.get("targetRef")));
    let actions = from.filter_map(|it| it.at(&["default", "action"]));
    let actions = actions.filter(|node| matches!(node.as_str(), Some("Allow" | "AllowWithShadowDeny" | "ALLOW")));
    let allowed = policy.items(&["spec", "rules"]).iter().flat_map(|rule| items(rule, &["default", "allow"]));
    let everybody = allowed.filter(|it| {
        let is_prefix = text(it, &["spiffeID", "type"]) == Some("Prefix");
        is_prefix && text(it, &["spiffeID", "value"]) == Some("spiffe://")
    });
    actions.chain(everybody)
}

/// The key that says who may call when nothing else does.
const DEFAULT_POLICY: &str = "config.linkerd.io/default-inbound-policy";

fn linkerd(world: &World) -> Vec<Access> {
    let help = "set the default inbound policy to \"deny\", and authorize each caller by an AuthorizationPolicy";
    let access = |openness, place, who: &str| Access {
        openness,
        place,
        message: format!("{who} may call every port that has no Server"),
        help,
        others: Vec::new(),
    };
    let mut found = Vec::new();
    for config in world.of(CONFIG_MAP).iter().filter(|it| &*it.name == "linkerd-config") {
        let Some(values) = embedded(config, &["data", "values"]) else { continue };
        let said = text(&values, &["proxy", "defaultInboundPolicy"]).unwrap_or("all-unauthenticated");
        if let Some(who) = let_in(said) {
            found.push(access(Openness::Default, Place::head(config), who));
        }
    }
    for namespace in world.of(NAMESPACE) {
        let Some(node) = namespace.root.at(&["metadata", "annotations", DEFAULT_POLICY]) else { continue };
        if let Some(who) = node.as_str().and_then(let_in) {
            found.push(access(Openness::Said, Place::of(namespace, node), who));
        }
    }
    found
}

/// Whom a default policy of Linkerd lets in, if it is somebody.
fn let_in(policy: &str) -> Option<&'static str> {
    match policy {
        // The latter writes down what it lets through.
        "all-unauthenticated" | "audit" => Some("everybody, in the mesh or not,"),
        "all-authenticated" => Some("every workload with an identity"),
        "cluster-unauthenticated" => Some("everybody within the cluster"),
        "cluster-authenticated" => Some("every workload of the cluster with an identity"),
        _ => None,
    }
}
