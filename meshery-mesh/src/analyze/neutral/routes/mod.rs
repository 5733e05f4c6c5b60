//! Routes: for which host, by which rules, to which backends, with what time limits and retries.

mod consul;
mod gateway_api;
mod istio;
mod kuma;
mod linkerd;

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::Mesh;
use crate::analyze::istio::nanoseconds;

/// The rules for a host.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Route {
    pub(in crate::analyze) object: Arc<Resource>,
    /// The full names of the hosts that it is for.
    pub(in crate::analyze) hosts: Vec<String>,
    /// Whether it holds for calls within the mesh, not only at a gateway.
    pub(in crate::analyze) is_inside: bool,
    /// Whether requests that meet no rule are refused, rather than sent on as without the route.
    pub(in crate::analyze) is_exhaustive: bool,
    pub(in crate::analyze) rules: Vec<RouteRule>,
}

/// A rule of a route.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct RouteRule {
    /// The whole rule.
    pub(in crate::analyze) place: Span,
    /// Whether every request meets it.
    pub(in crate::analyze) takes_all: bool,
    /// The methods that it asks for, in capitals; none where it takes any.
    pub(in crate::analyze) methods: Vec<String>,
    /// The full names of the hosts that it sends to.
    pub(in crate::analyze) backends: Vec<String>,
    /// How long a request may take, all tries together.
    pub(in crate::analyze) timeout: Option<Timed>,
    pub(in crate::analyze) retries: Option<Retries>,
    /// How long each try may take.
    pub(in crate::analyze) per_try: Option<Timed>,
}

impl RouteRule {
    fn new(node: &Node) -> Self {
        Self {
            place: node.span,
            takes_all: false,
            methods: Vec::new(),
            backends: Vec::new(),
            timeout: None,
            retries: None,
            per_try: None,
        }
    }

    /// How often a request is tried at most.
    pub(in crate::analyze) fn tries(&self) -> u64 {
        let retries = self.retries.as_ref().and_then(|retries| retries.attempts).unwrap_or_default();
        u64::try_from(retries).unwrap_or_default().saturating_add(1)
    }
}

/// A time limit, and where it is said.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Timed {
    /// Always more than none: what is unlimited is no limit.
    pub(in crate::analyze) nanoseconds: f64,
    pub(in crate::analyze) text: Arc<str>,
    pub(in crate::analyze) object: Arc<Resource>,
    pub(in crate::analyze) place: Span,
}

impl Timed {
    /// A limit as it is written; none for zero, which turns it off, and for what is no duration.
    fn of(object: &Arc<Resource>, node: Option<&Node>) -> Option<Self> {
        let (node, text) = node.and_then(|node| Some((node, node.as_str()?)))?;
        let nanoseconds = nanoseconds(text).filter(|limit| *limit > 0.0)?;
        Some(Self { nanoseconds, text: text.into(), object: Arc::clone(object), place: node.span })
    }
}

/// What is tried again.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Retries {
    /// How often after the first try; unknown where a budget limits it.
    pub(in crate::analyze) attempts: Option<i64>,
    /// Whether also what the server may have begun to work on, as an answer that tells of a failure shows.
    pub(in crate::analyze) after_answer: bool,
    /// Methods that are told to be tried again, in capitals.
    pub(in crate::analyze) methods: Vec<String>,
    pub(in crate::analyze) object: Arc<Resource>,
    pub(in crate::analyze) place: Span,
}

type Dialect = fn(&World, &mut Vec<Arc<Route>>);

/// By mesh.
const DIALECTS: [(Mesh, Dialect); 5] = [
    (Mesh::Consul, consul::read),
    (Mesh::GatewayApi, gateway_api::read),
    (Mesh::Istio, istio::read),
    (Mesh::Kuma, kuma::read),
    (Mesh::Linkerd, linkerd::read),
];

/// The routes of a world.
pub(in crate::analyze) struct Routes {
    all: Vec<Arc<Route>>,
    /// By host.
    by_host: BTreeMap<String, Vec<usize>>,
}

impl View for Routes {
    fn of(world: &World) -> Self {
        let mut all = Vec::new();
        for (_, read) in DIALECTS {
            read(world, &mut all);
        }
        let mut by_host: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, route) in all.iter().enumerate() {
            for host in &route.hosts {
                by_host.entry(host.clone()).or_default().push(at);
            }
        }
        Self { all, by_host }
    }
}

impl Routes {
    /// All of them, by mesh and name.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Route> {
        self.all.iter().map(|route| &**route)
    }

    /// Those for a host within the mesh.
    pub(in crate::analyze) fn inside(&self, host: &str) -> impl Iterator<Item = &Route> {
        let of_host = self.by_host.get(host).into_iter().flatten().filter_map(|at| self.all.get(*at));
        of_host.map(|route| &**route).filter(|route| route.is_inside)
    }
}

/// The text of a field.
fn text<'a>(node: &'a Node, path: &[&str]) -> Option<&'a str> {
    node.at(path).and_then(Node::as_str)
}
