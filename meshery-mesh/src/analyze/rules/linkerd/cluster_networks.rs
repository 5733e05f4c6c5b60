//! MSH439 `linkerd-cluster-networks-incomplete`.

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kinds::{NODE, POD, SERVICE};
use crate::analyze::linkerd::ControlPlane;
use crate::analyze::linkerd::values::cidr::Cidr;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH439",
    name: "linkerd-cluster-networks-incomplete",
    summary: "An address of the cluster is outside the networks that Linkerd takes for the cluster's",
    why: "
A proxy asks the control plane only about addresses in `clusterNetworks`, and policies for clients of the cluster
(`cluster-authenticated`, …) go by it too. Requests to an address beyond it are passed on without mTLS and without balancing,
and clients from there are refused.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-config, namespace: linkerd }
data: { values: 'clusterNetworks: 10.0.0.0/8,fd00::/8' }
---
apiVersion: v1
kind: Node
metadata: { name: one }
spec: { podCIDR: 192.168.4.0/24 }",
    good: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-config, namespace: linkerd }
data: { values: 'clusterNetworks: 10.0.0.0/8,192.168.0.0/16,fd00::/8' }
---
apiVersion: v1
kind: Node
metadata: { name: one }
spec: { podCIDR: 192.168.4.0/24 }",
    references: &["https://linkerd.io/2/tasks/troubleshooting/#l5d-cluster-networks-cidr"],
    aliases: &["l5d-cluster-networks-cidr", "l5d-cluster-networks-pods"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

/// Where each kind has an address.
const ADDRESSES: [(Kind<'static>, &[&str]); 3] =
    [(NODE, &["spec", "podCIDR"]), (POD, &["status", "podIP"]), (SERVICE, &["spec", "clusterIP"])];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let plane = world.view::<ControlPlane>();
    let networks = plane.value(&["clusterNetworks"]).and_then(Node::as_str);
    let Some(networks) = networks.filter(|networks| !networks.is_empty()) else { return Vec::new() };
    let networks: Option<Vec<Cidr>> = networks.split(',').map(|network| Cidr::network(network.trim())).collect();
    let (Some(networks), Some((config, _))) = (networks, &plane.values) else { return Vec::new() };
    let objects =
        ADDRESSES.into_iter().flat_map(|(kind, path)| world.of(kind).iter().map(move |object| (object, path)));
    let findings = objects.filter(|(object, _)| !is_on_host(object)).filter_map(|(object, path)| {
        let node = object.root.at(path)?;
        let address = Cidr::network_or_address(node.as_str()?)?;
        let inside = networks.iter().any(|network| network.contains(&address));
        let message = format!("{} is outside Linkerd's clusterNetworks", node.as_str().unwrap_or_default());
        let finding = rule.finding(object, node.span, message).with_help("add the network to clusterNetworks");
        (!inside).then(|| finding.with_related(config, config.head(), "how Linkerd is installed"))
    });
    findings.collect()
}

/// Whether a pod has the address of its node, which is in no mesh.
fn is_on_host(object: &Resource) -> bool {
    object.root.at(&["spec", "hostNetwork"]).and_then(Node::as_bool) == Some(true)
}
