//! Which of Consul Enterprise's features the Consul has that the objects are for.

use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource, Value};
use meshery_core::world::{Facet, Facets, Settings, View, World};

use super::given::text;
use crate::analyze::kinds::{
    EXPORTED_SERVICES, INGRESS_GATEWAY, SAMENESS_GROUP, SERVICE_DEFAULTS, SERVICE_INTENTIONS, SERVICE_RESOLVER,
    SERVICE_ROUTER, SERVICE_SPLITTER, TERMINATING_GATEWAY,
};
use crate::analyze::kubernetes::{WORKLOADS, template_of};

/// The kinds that may name a namespace or an admin partition of Consul.
pub(in crate::analyze) const KINDS: [Kind<'static>; 9] = [
    EXPORTED_SERVICES,
    INGRESS_GATEWAY,
    SAMENESS_GROUP,
    SERVICE_DEFAULTS,
    SERVICE_INTENTIONS,
    SERVICE_RESOLVER,
    SERVICE_ROUTER,
    SERVICE_SPLITTER,
    TERMINATING_GATEWAY,
];

/// Whether a feature is enabled, as far as the objects tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Enabled {
    /// The control plane is among the objects, and enables it.
    Yes,
    /// The control plane is among the objects, and does not.
    No,
    /// The control plane is elsewhere.
    Unknown,
}

/// What is known of the Consul that the objects are for.
pub(in crate::analyze) struct Edition {
    /// Namespaces of Consul.
    pub(in crate::analyze) namespaces: Enabled,
    /// Admin partitions.
    pub(in crate::analyze) partitions: Enabled,
    /// Whether an object is written as for Consul Enterprise: it names a namespace or a partition.
    is_meant: bool,
}

/// How a workload starts Consul's injector.
struct Started(Vec<String>);

impl Facet for Started {
    const KINDS: &'static [Kind<'static>] = &WORKLOADS;

    fn of(object: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let containers = template_of(object)?.at(&["spec", "containers"]).map(Node::items).unwrap_or_default();
        let words = |container: &Node| -> Vec<String> {
            let lists = ["command", "args"].into_iter().filter_map(|key| container.get(key));
            let texts = lists.flat_map(Node::items).filter_map(Node::as_str);
            texts.flat_map(str::split_whitespace).map(ToOwned::to_owned).collect()
        };
        let words: Vec<String> = containers
            .iter()
            .map(words)
            .filter(|words| words.iter().any(|it| it == "inject-connect"))
            .flatten()
            .collect();
        (!words.is_empty()).then_some(Self(words))
    }
}

/// An object that is written as for Consul Enterprise.
struct Meant;

impl Facet for Meant {
    const KINDS: &'static [Kind<'static>] = &KINDS;

    fn of(object: &Arc<Resource>, _: &Settings) -> Option<Self> {
        (!scoped(object.root.get("spec")?).is_empty()).then_some(Self)
    }
}

impl View for Edition {
    fn of(world: &World) -> Self {
        let started = world.view::<Facets<Started>>();
        let state = |option: &str| {
            let is_on = |word: &String| {
                let value = word.trim_start_matches('-').strip_prefix(option);
                value.is_some_and(|value| value.is_empty() || value == "=true")
            };
            let mut words = started.iter().flat_map(|(_, started)| &started.0).peekable();
            if words.peek().is_none() {
                return Enabled::Unknown;
            }
            if words.any(is_on) { Enabled::Yes } else { Enabled::No }
        };
        Self {
            namespaces: state("enable-namespaces"),
            partitions: state("enable-partitions"),
            is_meant: world.view::<Facets<Meant>>().iter().next().is_some(),
        }
    }
}

impl Edition {
    /// Whether all objects end up in one namespace of Consul, so that their names must differ. Where nobody tells, it is
    /// so unless objects name namespaces or partitions.
    pub(in crate::analyze) fn has_one_namespace(&self) -> bool {
        match self.namespaces {
            Enabled::Yes => false,
            Enabled::No => true,
            Enabled::Unknown => !self.is_meant,
        }
    }
}

/// The maps within a spec that name a namespace or a partition of Consul.
pub(in crate::analyze) fn scoped(spec: &Node) -> Vec<&Node> {
    let (mut found, mut rest) = (Vec::new(), vec![spec]);
    while let Some(node) = rest.pop() {
        match &node.value {
            Value::Map(fields) => {
                if !text(node, "namespace").is_empty() || !text(node, "partition").is_empty() {
                    found.push(node);
                }
                rest.extend(fields.iter().rev().map(|field| &field.value));
            }
            Value::List(items) => rest.extend(items.iter().rev()),
            _ => {}
        }
    }
    found
}
