//! Pods with the labels that they have for being where they are.

use std::collections::HashMap;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{Labels, View, World};

use super::LabelIndex;
use crate::analyze::kinds::{NODE, POD};

const HOSTNAME: &str = "kubernetes.io/hostname";
/// The parts of a locality, from the widest on.
const LOCALITY: [&str; 3] =
    ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"];

/// Pods with the labels that istiod gives them for their nodes.
pub(in crate::analyze) struct PlacedPods(LabelIndex);

impl View for PlacedPods {
    fn of(world: &World) -> Self {
        let localities = world.of(NODE).iter().map(|node| (&*node.name, locality(node)));
        let localities: HashMap<&str, Labels> = localities.collect();
        let mut index = LabelIndex::default();
        for pod in world.of(POD) {
            let own = Labels::of(pod.root.at(&["metadata", "labels"]));
            let node = pod.root.at(&["spec", "nodeName"]).and_then(Node::as_str).filter(|name| !name.is_empty());
            let host = node.map(|node| Labels::from_iter([(HOSTNAME, node)])).unwrap_or_default();
            let place = node.and_then(|node| localities.get(node)).cloned().unwrap_or_default();
            index.add(own.with(&place).with(&host));
        }
        Self(index)
    }
}

impl PlacedPods {
    /// Whether a pod of any namespace has all these labels.
    pub(in crate::analyze) fn has(&self, labels: &Labels) -> bool {
        self.0.has(labels)
    }
}

/// The labels of a node that say where it is. A part counts only where the wider ones before it, but for the region, are
/// there; and what istiod writes as one text, it takes apart again at each `/`.
fn locality(node: &Resource) -> Labels {
    let [region, zone, subzone] = LOCALITY.map(|label| node.label(label).unwrap_or_default());
    let text = match (zone, subzone) {
        ("", _) => region.to_owned(),
        (_, "") => format!("{region}/{zone}"),
        _ => format!("{region}/{zone}/{subzone}"),
    };
    LOCALITY.into_iter().zip(text.split('/')).filter(|(_, value)| !value.is_empty()).collect()
}

/// Whether a label says where something runs, which nobody knows before it does.
pub(in crate::analyze) fn is_of_place(label: &str) -> bool {
    label == HOSTNAME || label.starts_with("topology.kubernetes.io/") || label.starts_with("topology.istio.io/")
}
