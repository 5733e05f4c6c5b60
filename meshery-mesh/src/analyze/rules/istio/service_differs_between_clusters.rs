//! MSH157 `service-differs-between-clusters`.

use std::collections::BTreeMap;

use meshery_core::Span;
use meshery_core::analyzer::Extent;
use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{ROOT_NAMESPACE, whole_number};
use crate::analyze::kubernetes::{Service, Services};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH157",
    name: "service-differs-between-clusters",
    severity: Severity::Warning,
    extent: Extent::Fleet,
    summary: "A Service is not the same in all clusters of a mesh",
    why: "
To the mesh a Service is one, whichever clusters its pods are in: its ports are those of one cluster, and the endpoints of all
are matched to them by the ports' names. Where the ports differ, the endpoints of some clusters are never used; where it is
headless in one and not in another, or a name for something outside, clients are told now one and now the other.

What may differ is not compared: `targetPort`, `nodePort`, and whether a cluster gives the Service an address outside.",
    bad: "
# cluster: west
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80 }] }
# cluster: east
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http-web, port: 80 }] }",
    good: "
# cluster: west
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80 }] }
# cluster: east
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80, targetPort: 8080 }] }",
    references: &["https://istio.io/latest/docs/ops/configuration/traffic-management/multicluster/"],
    meshes: &["istio"],
    aliases: &["IST0170"],
    upstream: "services.MultiClusterServiceAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    let services = world.view::<Services>();
    let mut by_name: BTreeMap<(Option<&str>, &str), BTreeMap<&str, &Service>> = BTreeMap::new();
    for service in services.iter().filter(|service| compatible || !is_of_cluster(&service.object)) {
        if let Some(cluster) = &service.object.cluster {
            let name = (service.object.namespace.as_deref(), &*service.object.name);
            by_name.entry(name).or_default().insert(cluster, service);
        }
    }
    let mut findings = Vec::new();
    for of_clusters in by_name.values() {
        let mut of_clusters = of_clusters.iter();
        let Some((first_cluster, first)) = of_clusters.next() else { continue };
        for (cluster, service) in of_clusters {
            let found = if compatible { known_difference(first, service) } else { difference(first, service) };
            let Some(Difference { what, here, there }) = found else { continue };
            let message = format!("{what} in cluster {cluster:?} than in cluster {first_cluster:?}");
            let finding = rule.finding(&service.object, here, message);
            let finding = finding.with_help("make it the same in all clusters, or give it another name");
            findings.push(finding.with_related(&first.object, there, format!("in cluster {first_cluster:?}")));
        }
    }
    findings
}

struct Difference {
    what: &'static str,
    here: Span,
    there: Span,
}

impl Difference {
    fn at(what: &'static str, path: &[&str], first: &Service, other: &Service) -> Self {
        let place =
            |service: &Service| service.object.root.at(path).map_or_else(|| service.object.head(), |it| it.span);
        Self { what, here: place(other), there: place(first) }
    }
}

/// What every cluster has for itself.
fn is_of_cluster(service: &Resource) -> bool {
    let namespace = service.namespace_or_default();
    namespace.starts_with("kube-")
        || namespace == ROOT_NAMESPACE
        || (namespace == "default" && &*service.name == "kubernetes")
}

/// What makes it two Services to the mesh.
fn difference(first: &Service, other: &Service) -> Option<Difference> {
    if first.is_external_name() != other.is_external_name() {
        return Some(Difference::at("it is of another type", &["spec", "type"], first, other));
    }
    if first.is_headless() != other.is_headless() {
        return Some(Difference::at("it is headless, or is not, otherwise", &["spec", "clusterIP"], first, other));
    }
    let ports = |service: &Service| {
        let ports =
            service.ports.iter().map(|it| (it.number, it.name.clone(), it.protocol.clone(), it.app_protocol.clone()));
        let mut ports: Vec<_> = ports.collect();
        ports.sort();
        ports
    };
    (ports(first) != ports(other)).then(|| Difference::at("it has other ports", &["spec", "ports"], first, other))
}

/// What istioctl compares: the type as it is written, and everything that a port says.
fn known_difference(first: &Service, other: &Service) -> Option<Difference> {
    let kind = |service: &Service| service.object.text(&["spec", "type"]).unwrap_or_default().to_owned();
    let differs = first.is_headless() != other.is_headless()
        || kind(first) != kind(other)
        || written_ports(&first.object) != written_ports(&other.object);
    differs.then(|| Difference::at("it is another one", &["spec"], first, other))
}

/// A port as it is written: name, protocol, protocol of the application, number, target, port of the node.
type Written = (String, String, Option<String>, i64, String, i64);

fn written_ports(service: &Resource) -> Vec<Written> {
    let ports = service.items(&["spec", "ports"]).iter().map(|port| {
        let text = |key: &str| port.get(key).and_then(Node::as_str).map(String::from);
        let number = |key: &str| port.get(key).and_then(whole_number).unwrap_or_default();
        let target = match port.get("targetPort").and_then(Node::as_int) {
            Some(number) => number.to_string(),
            None => text("targetPort").map_or_else(|| "0".into(), |name| format!("{name:?}")),
        };
        let (name, protocol) = (text("name").unwrap_or_default(), text("protocol").unwrap_or_default());
        (name, protocol, text("appProtocol"), number("port"), target, number("nodePort"))
    });
    let mut ports: Vec<Written> = ports.collect();
    ports.sort_by(|a, b| a.0.cmp(&b.0));
    ports
}
