//! MSH159 `external-name-port-unnamed`.

use std::sync::Arc;

use meshery_core::resource::Node;
use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{is_external_name, unnamed_ports};
use crate::analyze::kinds::SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH159",
    name: "external-name-port-unnamed",
    severity: Severity::Warning,
    summary: "A Service for a name outside has a port whose name says no protocol, or only tcp",
    why: "
A Service of type `ExternalName` has no address. By a port of plain TCP, or of no known protocol, the sidecar can tell its
connections only by the port's number, so that it listens on that port of every address: all other traffic to the port,
such as HTTPS to anywhere, goes to this Service or nowhere. A name that says more, `http` or `https` or `tls`, lets it go by
the host.",
    bad: "
apiVersion: v1
kind: Service
metadata: { name: payments, namespace: shop }
spec: { type: ExternalName, externalName: pay.example.com, ports: [{ name: tcp, port: 443 }] }",
    good: "
apiVersion: v1
kind: Service
metadata: { name: payments, namespace: shop }
spec: { type: ExternalName, externalName: pay.example.com, ports: [{ name: https, port: 443 }] }",
    references: &["https://istio.io/latest/docs/reference/config/analysis/ist0150/"],
    meshes: &["istio"],
    aliases: &["IST0150"],
    upstream: "service.PortNameAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let outside = world.of(SERVICE).iter().filter(|service| is_external_name(service));
    let found = outside.flat_map(|service| unnamed_ports(service).into_iter().map(move |port| (service, port)));
    let report = |(service, (port, number)): (&Arc<Resource>, (&Node, i64))| {
        let name = port.get("name").unwrap_or(port);
        let message = format!("port {number} takes all traffic to that port, for its name does not say what it speaks");
        rule.finding(service, name.span, message).with_help("name it by its protocol, as in \"https\" or \"tls-api\"")
    };
    found.map(report).collect()
}
