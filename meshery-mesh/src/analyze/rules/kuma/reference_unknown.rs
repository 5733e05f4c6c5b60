//! MSH530 `kuma-reference-unknown`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::kinds::SERVICE;
use crate::analyze::kuma::{KINDS, confs, kind, list, policy, present, references, text, walk};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH530",
    name: "kuma-reference-unknown",
    summary: "A policy refers to a backend or a service that there is not",
    why: "
A policy whose destination nobody is has no effect, a route to a service that there is not answers 503, and logs or traces for
a backend that the Mesh does not have go nowhere. Services are looked for by name and namespace, or by the labels
`kuma.io/display-name` and `k8s.kuma.io/namespace`; what is chosen by other labels is not judged. A Service of Kubernetes is a
MeshService as well.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshOpenTelemetryBackend
metadata: { name: main, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec: {}
---
apiVersion: kuma.io/v1alpha1
kind: MeshTrace
metadata: { name: all, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  default:
    backends:
    - type: OpenTelemetry
      openTelemetry: { backendRef: { kind: MeshOpenTelemetryBackend, labels: { kuma.io/display-name: mian } } }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshOpenTelemetryBackend
metadata: { name: main, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec: {}
---
apiVersion: kuma.io/v1alpha1
kind: MeshTrace
metadata: { name: all, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  default:
    backends:
    - type: OpenTelemetry
      openTelemetry: { backendRef: { kind: MeshOpenTelemetryBackend, labels: { kuma.io/display-name: main } } }",
    references: &[
        "https://kuma.io/docs/latest/policies/introduction/",
        "https://kuma.io/docs/latest/policies/traffic-log/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

const NAME: &str = "kuma.io/display-name";
const NAMESPACE: &str = "k8s.kuma.io/namespace";

/// The names of what can be referred to, with their namespaces.
struct Known<'a> {
    names: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Known<'a> {
    fn new(world: &'a World, name: &str) -> Self {
        let own = world.of(kind(name)).iter();
        let services = if name == "MeshService" { world.of(SERVICE) } else { &[] };
        let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for object in own.chain(services) {
            let shown = object.label(NAME).unwrap_or(&object.name);
            let namespace = object.label(NAMESPACE).unwrap_or_else(|| object.namespace_or_default());
            for name in [shown, &object.name] {
                names.entry(name).or_default().insert(namespace);
            }
        }
        Self { names }
    }

    fn has(&self, name: &str, namespace: &str) -> bool {
        self.names.get(name).is_some_and(|all| namespace.is_empty() || all.contains(namespace))
    }
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = backends(world, rule);
    if KINDS.iter().all(|name| world.of(kind(name)).is_empty()) {
        return findings;
    }
    let kinds =
        ["MeshExternalService", "MeshHTTPRoute", "MeshMultiZoneService", "MeshOpenTelemetryBackend", "MeshService"];
    let known: BTreeMap<&str, Known<'_>> = kinds.iter().map(|name| (*name, Known::new(world, name))).collect();
    for object in KINDS.iter().flat_map(|name| world.of(kind(name))) {
        let (Some(policy), Some(spec)) = (policy(&object.kind), object.root.get("spec")) else { continue };
        let mut nodes: Vec<&Node> = references(policy, spec).into_iter().map(|reference| reference.node).collect();
        nodes.extend(confs(spec).into_iter().flat_map(|conf| walk(conf, "backends[].openTelemetry.backendRef")));
        for node in nodes {
            if let Some(known) = known.get(text(node, "kind")) {
                findings.extend(chosen(world, rule, object, node, known));
            }
        }
    }
    findings
}

/// The name and the namespace by which a reference chooses, and where the name stands; nothing where it chooses otherwise.
fn choice(node: &Node) -> Option<(&Node, &str, &str)> {
    if let Some(labels) = present(node, "labels") {
        let is_plain = labels.fields().iter().all(|field| matches!(&*field.key, NAME | NAMESPACE));
        let at = present(labels, NAME).filter(|_| is_plain)?;
        return Some((at, at.as_str()?, text(labels, NAMESPACE)));
    }
    // Without a namespace a name may be one of a service by its tags.
    let at = present(node, "name").filter(|_| present(node, "namespace").is_some())?;
    Some((at, at.as_str()?, text(node, "namespace")))
}

fn chosen(world: &World, rule: &RuleInfo, object: &Arc<Resource>, node: &Node, known: &Known<'_>) -> Option<Finding> {
    let (at, name, namespace) = choice(node)?;
    if name.is_empty() || known.has(name, namespace) {
        return None;
    }
    let kind = text(node, "kind");
    let place = if namespace.is_empty() { String::new() } else { format!(" in the namespace {namespace}") };
    let message = format!("there is no {kind} {name:?}{place}");
    let near = nearest(name, known.names.keys().copied().filter(|it| *it != name));
    let finding =
        meant(rule.finding(object, at.span, message), object, name, near, format!("name a {kind} that there is"));
    let assumed = format!("no {kind} outside the input is called {name:?}");
    of_missing(world, !known.names.is_empty(), finding, &assumed)
}

/// The backends that policies of the old kind choose from those of their Mesh.
fn backends(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let meshes: BTreeMap<&str, &Arc<Resource>> =
        world.of(kind("Mesh")).iter().map(|mesh| (&*mesh.name, mesh)).collect();
    let mut findings = Vec::new();
    for (name, part) in [("TrafficLog", "logging"), ("TrafficTrace", "tracing")] {
        for object in world.of(kind(name)) {
            let Some(node) = object.root.at(&["spec", "conf", "backend"]) else { continue };
            let mesh = object.text(&["mesh"]).unwrap_or("default");
            let (Some(backend), Some(mesh)) = (node.as_str().filter(|it| !it.is_empty()), meshes.get(mesh)) else {
                continue;
            };
            let backends = mesh.root.at(&["spec", part]).map(|part| list(part, "backends")).unwrap_or_default();
            let names = || backends.iter().map(|backend| text(backend, "name"));
            if names().any(|it| it == backend) {
                continue;
            }
            let near = nearest(backend, names());
            let message = format!("the Mesh {} has no backend {backend:?} of {part}", mesh.name);
            let finding = meant(
                rule.finding(object, node.span, message),
                object,
                backend,
                near,
                format!("add it to {part}.backends of the Mesh"),
            );
            findings.push(finding.with_related(mesh, mesh.head(), "the Mesh"));
        }
    }
    findings
}
