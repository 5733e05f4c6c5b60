//! MSH521 `kuma-selector-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, Tags, list, of_kinds, present, selectors, tags, text, walk};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH521",
    name: "kuma-selector-invalid",
    summary: "A selector selects nothing, or by several things at once",
    why: "
A MeshService selects proxies by one thing: labels, or the name of one. A HostnameGenerator is for one kind of services, and a
MeshMultiZoneService selects by labels and has ports. Policies of the old kind select by tags, and most of them destinations by
`kuma.io/service` alone. The control plane refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshService
metadata: { name: orders, namespace: shop, labels: { kuma.io/mesh: default } }
spec:
  selector: { dataplaneLabels: { matchLabels: { app: orders } }, dataplaneRef: { name: orders-1 } }
  ports: [{ port: 80, targetPort: 8080, appProtocol: http }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshService
metadata: { name: orders, namespace: shop, labels: { kuma.io/mesh: default } }
spec:
  selector: { dataplaneLabels: { matchLabels: { app: orders } } }
  ports: [{ port: 80, targetPort: 8080, appProtocol: http }]",
    references: &[
        "https://kuma.io/docs/latest/networking/meshservice/",
        "https://kuma.io/docs/latest/networking/hostnamegenerator/",
        "https://kuma.io/docs/latest/policies/general-notes-about-kuma-policies/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

const SOME: Tags = Tags { some: true, service: false, only_service: false, selects: true, protocols: &[], never: &[] };
const SERVICE: Tags = Tags { service: true, ..SOME };
const ONLY_SERVICE: Tags = Tags { service: true, only_service: true, ..SOME };
/// Faults are injected where requests are understood.
const OF_REQUESTS: Tags = Tags { protocols: &["http", "http2", "grpc"], ..SOME };

/// By which tags the policies of the old kind select, where they have sources and destinations.
const OLD: [(&str, Tags, Tags); 9] = [
    ("CircuitBreaker", SERVICE, ONLY_SERVICE),
    ("FaultInjection", SOME, OF_REQUESTS),
    ("HealthCheck", SERVICE, ONLY_SERVICE),
    ("RateLimit", SOME, SOME),
    ("Retry", SERVICE, ONLY_SERVICE),
    ("Timeout", SERVICE, ONLY_SERVICE),
    ("TrafficLog", SERVICE, ONLY_SERVICE),
    ("TrafficPermission", SOME, SOME),
    ("TrafficRoute", SERVICE, ONLY_SERVICE),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = of_kinds(world, rule, &["HostnameGenerator"], hostnames);
    findings.extend(of_kinds(world, rule, &["MeshService"], service));
    findings.extend(of_kinds(world, rule, &["MeshMultiZoneService"], multi_zone));
    for (kind, sources, destinations) in OLD {
        findings.extend(of_kinds(world, rule, &[kind], |spec, flaws| {
            selectors(spec, "sources", sources, flaws);
            selectors(spec, "destinations", destinations, flaws);
        }));
    }
    findings.extend(of_kinds(world, rule, &["TrafficTrace", "VirtualOutbound"], |spec, flaws| {
        selectors(spec, "selectors", SOME, flaws);
    }));
    findings.extend(of_kinds(world, rule, &["ProxyTemplate"], |spec, flaws| {
        for item in list(spec, "selectors") {
            tags(present(item, "match"), item, SERVICE, flaws);
        }
    }));
    findings.extend(of_kinds(world, rule, &["MeshGateway", "MeshGatewayRoute"], |spec, flaws| {
        selectors(spec, "selectors", SERVICE, flaws);
    }));
    findings.extend(of_kinds(world, rule, &["ExternalService"], |spec, flaws| {
        tags(present(spec, "tags"), spec, Tags { service: true, ..Tags::default() }, flaws);
    }));
    findings.extend(of_kinds(world, rule, &["Mesh"], |spec, flaws| {
        for list in ["requirements", "restrictions"] {
            for item in walk(spec, &format!("constraints.dataplaneProxy.{list}[]")) {
                tags(present(item, "tags"), item, SOME, flaws);
            }
        }
    }));
    findings
}

fn hostnames(spec: &Node, flaws: &mut Flaws<'_>) {
    let selector = present(spec, "selector");
    let at = selector.unwrap_or(spec);
    let kinds = ["meshService", "meshExternalService", "meshMultiZoneService"];
    if kinds.iter().filter(|kind| selector.is_some_and(|it| present(it, kind).is_some())).count() != 1 {
        flaws.add(at, "hosts are made for one kind of services", format!("keep one of {}", kinds.join(", ")));
    }
    if let Some(extension) = present(spec, "extension").filter(|it| text(it, "type").is_empty()) {
        flaws.add(extension, "the extension has no type", "add type, or remove extension");
    }
}

fn service(spec: &Node, flaws: &mut Flaws<'_>) {
    let Some(selector) = present(spec, "selector") else { return };
    let kinds = ["dataplaneTags", "dataplaneRef", "dataplaneLabels"];
    if kinds.iter().filter(|kind| present(selector, kind).is_some()).count() > 1 {
        flaws.add(selector, "proxies are selected by several things at once", "keep dataplaneLabels or dataplaneRef");
    }
}

fn multi_zone(spec: &Node, flaws: &mut Flaws<'_>) {
    let services = walk(spec, "selector.meshService");
    let labels = services.first().and_then(|it| present(it, "matchLabels"));
    if labels.is_none_or(Node::is_empty) {
        let at = labels.or(services.first().copied()).or_else(|| present(spec, "selector")).unwrap_or(spec);
        flaws.add(at, "no service is selected", "add selector: { meshService: { matchLabels: … } }");
    }
    if list(spec, "ports").is_empty() {
        flaws.add(present(spec, "ports").unwrap_or(spec), "there is no port", "add ports");
    }
    for node in walk(spec, "ports[].name").into_iter().filter(|node| node.is_empty()) {
        flaws.add(node, "the name is empty", "name the port, or remove the name");
    }
}
