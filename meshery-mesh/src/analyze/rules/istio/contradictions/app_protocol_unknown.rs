//! MSH278 `app-protocol-unknown`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::edit::meant;
use crate::analyze::istio::{Membership, unnamed_ports};
use crate::analyze::kubernetes::each_service;
use crate::nearest::nearest;
use meshery_core::world::Selector;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH278",
    name: "app-protocol-unknown",
    summary: "A Service's port says a protocol that Istio does not know",
    why: "
`appProtocol` goes before the name of the port. Istio does not heed a value that it does not know, and guesses the
protocol from the traffic, or takes it for TCP: routes, retries and policies about requests are not for this port then.

Istio knows `http`, `http2`, `https`, `grpc`, `grpc-web`, `tcp`, `tls`, `mongo`, `redis`, `mysql`, and
`kubernetes.io/h2c`, `kubernetes.io/ws` and `kubernetes.io/wss`. It is an error where the Service is known to lead to a
workload with a sidecar, and otherwise worth knowing; a value with a domain before it is for another implementation,
and worth knowing only.",
    bad: "
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ port: 80, name: http, appProtocol: htp }] }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews, namespace: shop, labels: { app: reviews, sidecar.istio.io/inject: 'true' } }",
    good: "
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ port: 80, name: http, appProtocol: http }] }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews, namespace: shop, labels: { app: reviews, sidecar.istio.io/inject: 'true' } }",
    references: &[
        "https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0602"],
    run,
    ..Rule::NEW
};

/// What may be meant.
const KNOWN: [&str; 13] = [
    "grpc",
    "grpc-web",
    "http",
    "http2",
    "https",
    "kubernetes.io/h2c",
    "kubernetes.io/ws",
    "kubernetes.io/wss",
    "mongo",
    "mysql",
    "redis",
    "tcp",
    "tls",
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let membership = world.view::<Membership>();
    each_service(world, |service, workloads| {
        let mut findings = Vec::new();
        if service.is_external_name() {
            return findings;
        }
        let wrong = unnamed_ports(&service.object).into_iter();
        let mut wrong = wrong.filter_map(|(port, _)| {
            let told = port.get("appProtocol")?;
            Some((told, told.as_str().filter(|told| !told.is_empty())?))
        });
        let Some(first) = wrong.next() else { return findings };
        let selector = Selector { equal: service.selector.clone(), needs: Vec::new() };
        let mut selected = workloads.selected(service.namespace(), &selector).filter(|_| !selector.is_empty());
        let in_mesh = selected.any(|workload| membership.has_sidecar(workload) == Some(true));
        for (node, told) in [first].into_iter().chain(wrong) {
            let severity = if in_mesh && !told.contains('/') { rule.severity } else { Severity::Info };
            let near = nearest(&told.to_ascii_lowercase(), KNOWN.into_iter());
            let message = format!("Istio knows no protocol {told:?}");
            let finding = rule.finding(&service.object, node.span, message).as_bad_as(severity);
            let otherwise = "write a protocol that Istio knows, such as http, grpc or tcp";
            findings.push(meant(finding, &service.object, told, near, otherwise));
        }
        findings
    })
}
