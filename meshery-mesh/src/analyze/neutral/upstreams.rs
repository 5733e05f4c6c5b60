//! What clients are told of the hosts that they call: limits, who is taken out for its failures, who is near.

use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource, Value};
use meshery_core::world::{View, World};

use super::Mesh;
use super::calls::full;
use crate::analyze::istio::whole_number;
use crate::analyze::kinds::DESTINATION_RULE;

const BREAKER: Kind<'_> = Kind::new("kuma.io", "MeshCircuitBreaker");
const DEFAULTS: Kind<'_> = Kind::new("consul.hashicorp.com", "ServiceDefaults");

/// What clients are told of a host.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Upstream {
    pub(in crate::analyze) object: Arc<Resource>,
    pub(in crate::analyze) mesh: Mesh,
    /// The full name of the host; empty for all.
    pub(in crate::analyze) host: String,
    /// Limits of connections and requests.
    pub(in crate::analyze) pool: Option<Node>,
    /// Who is taken out for its failures.
    pub(in crate::analyze) outlier: Option<Node>,
    /// How much of a host may be taken out, in percent.
    pub(in crate::analyze) ejected: Option<(i64, Node)>,
    /// Whether requests go to those that were taken out when too few are left.
    pub(in crate::analyze) panics: bool,
    /// Who is near, or whom to go to instead.
    pub(in crate::analyze) locality: Option<Node>,
}

type Dialect = fn(&World, &mut Vec<Upstream>);

/// By mesh.
const DIALECTS: [(Mesh, Dialect); 3] = [(Mesh::Consul, consul), (Mesh::Istio, istio), (Mesh::Kuma, kuma)];

/// What clients are told of hosts.
pub(in crate::analyze) struct Upstreams(Vec<Upstream>);

impl View for Upstreams {
    fn of(world: &World) -> Self {
        let mut all = Vec::new();
        for (_, read) in DIALECTS {
            read(world, &mut all);
        }
        Self(all)
    }
}

impl Upstreams {
    /// All of them, by mesh and name.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Upstream> {
        self.0.iter()
    }
}

fn part(node: &Node, path: &[&str]) -> Option<Node> {
    node.at(path).filter(|it| !matches!(it.value, Value::Null)).cloned()
}

fn percent(outlier: Option<&Node>) -> Option<(i64, Node)> {
    let node = outlier?.get("maxEjectionPercent")?;
    Some((whole_number(node)?, node.clone()))
}

fn ports(policy: &Node) -> &[Node] {
    policy.get("portLevelSettings").map(Node::items).unwrap_or_default()
}

/// Of a rule, its subsets and ports; what a subset or port does not say it has from the rule.
fn istio(world: &World, all: &mut Vec<Upstream>) {
    for object in world.of(DESTINATION_RULE) {
        let host = full(object.text(&["spec", "host"]).unwrap_or_default(), object.namespace_or_default());
        let top = object.root.at(&["spec", "trafficPolicy"]);
        let subsets = object.items(&["spec", "subsets"]).iter().filter_map(|subset| subset.get("trafficPolicy"));
        let policies: Vec<&Node> = top.into_iter().chain(subsets).collect();
        let of_ports = policies.iter().flat_map(|policy| ports(policy));
        for policy in policies.iter().copied().chain(of_ports) {
            let inherited = |path: &[&str]| part(policy, path).or_else(|| top.and_then(|top| part(top, path)));
            // Where only ports have it, it is there for some.
            let of_its_ports = || ports(policy).iter().find_map(|port| part(port, &["outlierDetection"]));
            let outlier = inherited(&["outlierDetection"]).or_else(of_its_ports);
            let healthy = outlier.as_ref().and_then(|outlier| outlier.get("minHealthPercent")).and_then(whole_number);
            let locality = part(policy, &["loadBalancer", "localityLbSetting"]);
            all.push(Upstream {
                object: Arc::clone(object),
                mesh: Mesh::Istio,
                host: host.clone(),
                pool: part(policy, &["connectionPool"]),
                ejected: percent(part(policy, &["outlierDetection"]).as_ref()),
                panics: healthy.is_some_and(|percent| percent > 0),
                locality: locality.filter(|it| it.get("enabled").and_then(Node::as_bool) != Some(false)),
                outlier,
            });
        }
    }
}

fn kuma(world: &World, all: &mut Vec<Upstream>) {
    for object in world.of(BREAKER) {
        for to in object.items(&["spec", "to"]) {
            let target = |key: &str| to.at(&["targetRef", key]).and_then(Node::as_str);
            let named = target("kind") != Some("Mesh");
            let outlier = part(to, &["default", "outlierDetection"]);
            let healthy = outlier.as_ref().and_then(|outlier| outlier.get("healthyPanicThreshold"));
            all.push(Upstream {
                object: Arc::clone(object),
                mesh: Mesh::Kuma,
                host: target("name").filter(|_| named).unwrap_or_default().to_owned(),
                pool: part(to, &["default", "connectionLimits"]),
                ejected: percent(outlier.as_ref()),
                // Half of them, unless it says otherwise.
                panics: healthy.is_none_or(|it| whole_number(it) != Some(0)),
                locality: None,
                outlier,
            });
        }
    }
}

/// Consul turns panic off for all upstreams.
fn consul(world: &World, all: &mut Vec<Upstream>) {
    for object in world.of(DEFAULTS) {
        let overrides = object.items(&["spec", "upstreamConfig", "overrides"]);
        for config in object.root.at(&["spec", "upstreamConfig", "defaults"]).into_iter().chain(overrides) {
            let outlier = part(config, &["passiveHealthCheck"]);
            all.push(Upstream {
                object: Arc::clone(object),
                mesh: Mesh::Consul,
                host: config.get("name").and_then(Node::as_str).unwrap_or_default().to_owned(),
                pool: part(config, &["limits"]),
                ejected: percent(outlier.as_ref()),
                panics: false,
                locality: None,
                outlier,
            });
        }
    }
}
