//! Which of Consul Enterprise's features the Consul has that the objects are for.

use meshery_core::World;
use meshery_core::resource::{Kind, Node, Value};
use meshery_core::world::View;

use super::given::text;
use crate::analyze::kinds::{
    EXPORTED_SERVICES, INGRESS_GATEWAY, SAMENESS_GROUP, SERVICE_DEFAULTS, SERVICE_INTENTIONS, SERVICE_RESOLVER,
    SERVICE_ROUTER, SERVICE_SPLITTER, TERMINATING_GATEWAY,
};
use crate::analyze::kubernetes::Workloads;

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

impl View for Edition {
    fn of(world: &World) -> Self {
        let workloads = world.view::<Workloads>();
        let texts = |container: &Node| -> Vec<String> {
            let lists = ["command", "args"].into_iter().filter_map(|key| container.get(key));
            lists.flat_map(Node::items).filter_map(Node::as_str).map(ToOwned::to_owned).collect()
        };
        let containers = workloads.iter().flat_map(|workload| workload.containers().iter().map(texts));
        let told: Vec<String> = containers
            .map(|texts| texts.join(" "))
            .filter(|command| command.split_whitespace().any(|word| word == "inject-connect"))
            .collect();
        let state = |option: &str| {
            if told.is_empty() {
                return Enabled::Unknown;
            }
            let is_on = |word: &str| {
                let value = word.trim_start_matches('-').strip_prefix(option);
                value.is_some_and(|value| value.is_empty() || value == "=true")
            };
            if told.iter().any(|command| command.split_whitespace().any(is_on)) { Enabled::Yes } else { Enabled::No }
        };
        let specs = KINDS.iter().flat_map(|kind| world.of(*kind)).filter_map(|object| object.root.get("spec"));
        Self {
            namespaces: state("enable-namespaces"),
            partitions: state("enable-partitions"),
            is_meant: specs.into_iter().any(|spec| !scoped(spec).is_empty()),
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
