//! MSH843 `port-server-first-undeclared`.

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, Severity, World};

use super::opaque_ports_default_lost::opaque_ports;
use crate::analyze::Rule;
use crate::analyze::istio::{INJECTION, Membership, unnamed_ports};
use crate::analyze::kubernetes::{Port, Workload, each_service};
use crate::analyze::neutral::{Injected, Mesh};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH843",
    name: "port-server-first-undeclared",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "A port whose server speaks first is not marked, so that the proxy waits for the client",
    why: "
Proxies learn the protocol of a connection from its first bytes, and wait for the client to send them. In SMTP, FTP, POP3,
IMAP and MySQL the server sends first: both wait until the proxy gives up, in Linkerd for ten seconds. Linkerd has to be told
by its opaque ports, Istio by the name of the port or `appProtocol`, unless the port is among those that they know.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: mail, annotations: { linkerd.io/inject: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: imap, namespace: mail }
spec: { template: { metadata: { labels: { app: imap } }, spec: { containers: [{ name: imap, image: imap }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: imap, namespace: mail }
spec: { selector: { app: imap }, ports: [{ name: imap, port: 143 }] }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: mail, annotations: { linkerd.io/inject: enabled, config.linkerd.io/opaque-ports: '143' } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: imap, namespace: mail }
spec: { template: { metadata: { labels: { app: imap } }, spec: { containers: [{ name: imap, image: imap }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: imap, namespace: mail }
spec: { selector: { app: imap }, ports: [{ name: imap, port: 143 }] }",
    references: &[
        "https://linkerd.io/2/features/protocol-detection/",
        "https://istio.io/latest/docs/ops/deployment/application-requirements/#server-first-protocols",
    ],
    meshes: &["istio", "linkerd"],
    run,
    ..Rule::NEW
};

/// The usual ports of FTP, SMTP, POP3, IMAP and MySQL.
const PORTS: [i64; 6] = [21, 25, 110, 143, 587, 3306];
const NAMES: [&str; 6] = ["ftp", "imap", "mariadb", "mysql", "pop3", "smtp"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (injected, membership) = (world.view::<Injected>(), world.view::<Membership>());
    each_service(world, |service, workloads| {
        let mut findings = Vec::new();
        let selector = Selector { equal: service.selector.clone(), needs: Vec::new() };
        let first: Vec<&Port> = service.ports.iter().filter(|port| speaks_first(port)).collect();
        if first.is_empty() || selector.is_empty() {
            return findings;
        }
        let Some(workload) = workloads.selected(service.namespace(), &selector).next() else { return findings };
        let unnamed = unnamed_ports(&service.object);
        let namespace = membership.namespace(service.namespace());
        for port in first {
            let is_unnamed = || unnamed.iter().any(|(node, _)| node.span == port.node.span);
            let help = if injected.is_in(workload, Mesh::Linkerd) && !is_opaque(service, workload, namespace, port) {
                format!("add {} to the opaque ports of the Service and its pods", port.target)
            } else if injected.is_in(workload, Mesh::Istio) && is_unnamed() {
                "begin the name with \"tcp\", or set appProtocol to tcp".to_owned()
            } else {
                continue;
            };
            let place = port.node.get("port").map_or(port.node.span, |number: &Node| number.span);
            let message =
                format!("on port {} the server speaks first, and the proxy waits for the client", port.number);
            let finding = rule.finding(&service.object, place, message).with_help(help);
            findings.push(match namespace.filter(|it| it.label(INJECTION).is_some()) {
                Some(namespace) => finding.with_related(namespace, namespace.head(), "is in the mesh"),
                None => finding,
            });
        }
        findings
    })
}

fn speaks_first(port: &Port) -> bool {
    let named = port.name.split('-').any(|part| NAMES.contains(&part));
    &*port.protocol == "TCP"
        && (named || PORTS.contains(&port.number) || PORTS.iter().any(|it| *port.target == it.to_string()))
}

/// Whether Linkerd takes the port for opaque at the Service, where clients learn of it, or by its own list.
fn is_opaque(
    service: &crate::analyze::kubernetes::Service,
    workload: &Workload,
    namespace: Option<&std::sync::Arc<meshery_core::Resource>>,
    port: &Port,
) -> bool {
    let of = |text: Option<&str>| text.map(opaque_ports);
    let pod = workload.annotation(super::opaque_ports_default_lost::OPAQUE);
    let inherited = namespace.and_then(|namespace| namespace.annotation(super::opaque_ports_default_lost::OPAQUE));
    let own = service.object.annotation(super::opaque_ports_default_lost::OPAQUE);
    let opaque = of(own).or_else(|| of(pod)).or_else(|| of(inherited));
    let opaque = opaque.unwrap_or_else(|| super::opaque_ports_default_lost::DEFAULT.map(|port| (port, port)).to_vec());
    let numbers = [Some(port.number), port.target.parse().ok()];
    // A target that is a name is one that only the pod knows.
    port.target.parse::<i64>().is_err()
        || numbers.into_iter().flatten().any(|number| opaque.iter().any(|(low, high)| (*low..=*high).contains(&number)))
}
