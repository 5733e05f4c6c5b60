//! MSH751 `osm-ingress-backend-invalid`.

use std::collections::BTreeMap;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::values::cidr::Cidr;
use crate::analyze::smi::kinds::INGRESS_BACKEND;
use crate::analyze::smi::place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH751",
    name: "osm-ingress-backend-invalid",
    summary: "An IngressBackend of Open Service Mesh has a backend twice, or a source or a protocol that there is not",
    why: "
A Service with a port belongs to one IngressBackend, and is in it once. Its protocol is `http` or `https`. A source is a Service,
with its name and namespace; an AuthenticatedPrincipal, with its name; or an IPRange, whose name is a network. The webhook of Open
Service Mesh refuses all else, and an `https` backend with `skipClientCertValidation` and no AuthenticatedPrincipal.

Open Service Mesh has ended: it was archived in 2023.",
    bad: "
apiVersion: policy.openservicemesh.io/v1alpha1
kind: IngressBackend
metadata: { name: reviews, namespace: shop }
spec:
  backends: [{ name: reviews, port: { number: 80, protocol: tcp } }]
  sources: [{ kind: Service, name: nginx }]",
    good: "
apiVersion: policy.openservicemesh.io/v1alpha1
kind: IngressBackend
metadata: { name: reviews, namespace: shop }
spec:
  backends: [{ name: reviews, port: { number: 80, protocol: http } }]
  sources: [{ kind: Service, name: nginx, namespace: ingress }]",
    references: &["https://github.com/openservicemesh/osm/blob/v1.2.4/pkg/validator/validators.go"],
    meshes: &["osm"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut served: BTreeMap<(&str, &str, i64), (&Resource, &Node)> = BTreeMap::new();
    for object in world.of(INGRESS_BACKEND) {
        let sources = object.items(&["spec", "sources"]);
        findings.extend(sources.iter().filter_map(|source| of_source(rule, object, source)));
        let has_principal = sources.iter().any(|it| text(it, "kind") == "AuthenticatedPrincipal");
        for backend in object.items(&["spec", "backends"]) {
            findings.extend(of_backend(rule, object, backend, has_principal));
            let number = backend.at(&["port", "number"]).and_then(Node::as_int).unwrap_or_default();
            let key = (object.namespace_or_default(), text(backend, "name"), number);
            let Some((other, node)) = served.get(&key) else {
                served.insert(key, (object, backend));
                continue;
            };
            let message = format!("the backend {:?} with the port {number} is there before", text(backend, "name"));
            let finding = rule.finding(object, place(backend, "name"), message).with_help("keep one of them");
            findings.push(finding.with_related(other, place(node, "name"), "the other"));
        }
    }
    findings
}

fn text<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).and_then(Node::as_str).unwrap_or_default()
}

fn of_backend(rule: &RuleInfo, object: &Resource, backend: &Node, has_principal: bool) -> Option<Finding> {
    let port = backend.get("port")?;
    let protocol = text(port, "protocol").to_lowercase();
    match protocol.as_str() {
        "http" => None,
        "https" => {
            let tls = backend.get("tls")?;
            let skips = tls.get("skipClientCertValidation").and_then(Node::as_bool) == Some(true);
            let message = "certificates of clients are left unchecked, and no AuthenticatedPrincipal is a source";
            let finding = rule.finding(object, place(tls, "skipClientCertValidation"), message);
            (skips && !has_principal).then(|| finding.with_help("name an AuthenticatedPrincipal as a source"))
        }
        _ => {
            let message = format!("{protocol:?} is neither http nor https");
            Some(rule.finding(object, place(port, "protocol"), message).with_help("say http or https"))
        }
    }
}

fn of_source(rule: &RuleInfo, object: &Resource, source: &Node) -> Option<Finding> {
    let lacks = |key: &str| text(source, key).is_empty();
    let (key, message, help) = match text(source, "kind") {
        "Service" if lacks("name") => ("name", "the Service has no name".into(), "add name"),
        "Service" if lacks("namespace") => ("namespace", "the Service has no namespace".into(), "add namespace"),
        "AuthenticatedPrincipal" if lacks("name") => ("name", "the principal has no name".into(), "add name"),
        "IPRange" if Cidr::network(text(source, "name")).is_none() => {
            ("name", format!("{:?} is no network", text(source, "name")), "write address/length, such as 10.0.0.0/8")
        }
        "Service" | "AuthenticatedPrincipal" | "IPRange" => return None,
        kind => ("kind", format!("{kind:?} is no source"), "say Service, AuthenticatedPrincipal or IPRange"),
    };
    let span = place(source, key);
    let span = span.or(object.head());
    Some(rule.finding(object, span, message).with_help(help))
}
