//! MSH531 `kuma-policies-contradict`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{entries, kind, list, present};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH531",
    name: "kuma-policies-contradict",
    summary: "Two policies set the same thing for the same proxies to different values",
    why: "
Policies of one kind are merged, the more particular over the more general. Of two for the same proxies and the same
destination neither is more particular: which one counts is decided by their names, which nobody chose for that. It changes
when one of them is called otherwise.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: fast, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { http: { requestTimeout: 1s } } }]
---
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: slow, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { http: { requestTimeout: 30s } } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: fast, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { http: { requestTimeout: 1s } } }]
---
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: idle, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { idleTimeout: 30s } }]",
    references: &["https://kuma.io/docs/latest/policies/introduction/"],
    severity: Severity::Warning,
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// The policies whose settings are merged field by field.
const KINDS: [&str; 10] = [
    "MeshAccessLog",
    "MeshCircuitBreaker",
    "MeshHealthCheck",
    "MeshLoadBalancingStrategy",
    "MeshMetric",
    "MeshRateLimit",
    "MeshRetry",
    "MeshTLS",
    "MeshTimeout",
    "MeshTrace",
];

/// How deep settings are looked into; none of Kuma's are deeper.
const DEPTH: usize = 16;

/// What settings are for: the kind of the policy, its mesh and namespace, its proxies, and the destination or the clients.
type Scope = (Arc<str>, String, String, String);
/// Who set a field first, to what, and where.
type Setting<'a> = (&'a Arc<Resource>, String, &'a Node);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut set: BTreeMap<Scope, BTreeMap<String, Setting<'_>>> = BTreeMap::new();
    let mut findings = Vec::new();
    for object in KINDS.iter().flat_map(|name| world.of(kind(name))) {
        let Some(spec) = object.root.get("spec") else { continue };
        let mesh = format!("{} {}", object.label("kuma.io/mesh").unwrap_or("default"), object.namespace_or_default());
        let top = present(spec, "targetRef").map_or("kind:Mesh,".into(), canonical);
        let own = present(spec, "default").map(|conf| ("default".to_owned(), conf));
        let in_lists = entries(spec).filter_map(|(name, entry)| {
            let target = present(entry, "targetRef").map(canonical).unwrap_or_default();
            let matches: String = list(entry, "matches").iter().map(canonical).collect();
            Some((format!("{name} {target} {matches}"), present(entry, "default")?))
        });
        for (place, conf) in own.into_iter().chain(in_lists) {
            let known = set.entry((Arc::clone(&object.kind), mesh.clone(), top.clone(), place)).or_default();
            let mut fields = Vec::new();
            leaves(conf, String::new(), DEPTH, &mut fields);
            for (path, node) in fields {
                let value = canonical(node);
                let Some((other, before, at)) = known.get(&path) else {
                    known.insert(path, (object, value, node));
                    continue;
                };
                if *before != value && !Arc::ptr_eq(other, object) {
                    let message = format!("{} sets {path} to another value for the same proxies", other.name);
                    let finding = rule.finding(object, node.span, message);
                    let finding = finding.with_help("make one policy of the two, or one of them more particular");
                    findings.push(finding.with_related(other, at.span, "it is set here as well"));
                }
            }
        }
    }
    findings
}

/// The fields that hold no further fields. What lists are appended to is merged, and contradicts nothing.
fn leaves<'a>(node: &'a Node, path: String, depth: usize, found: &mut Vec<(String, &'a Node)>) {
    if node.fields().is_empty() || depth == 0 {
        if !path.is_empty() && !node.span.is_empty() {
            found.push((path, node));
        }
        return;
    }
    for field in node.fields().iter().filter(|field| !field.key.starts_with("append")) {
        let path = if path.is_empty() { field.key.to_string() } else { format!("{path}.{}", field.key) };
        leaves(&field.value, path, depth - 1, found);
    }
}

/// A value as text that is the same for the same values, whatever the order of its fields.
fn canonical(node: &Node) -> String {
    let mut text = String::new();
    write_canonical(node, DEPTH, &mut text);
    text
}

fn write_canonical(node: &Node, depth: usize, text: &mut String) {
    match &node.value {
        Value::Map(fields) if depth > 0 => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|a, b| a.key.cmp(&b.key));
            for field in fields {
                text.push_str(&field.key);
                text.push(':');
                write_canonical(&field.value, depth - 1, text);
                text.push(',');
            }
        }
        Value::List(items) if depth > 0 => {
            for item in items.iter() {
                text.push('-');
                write_canonical(item, depth - 1, text);
            }
        }
        Value::Text(value) => text.push_str(value),
        // Writing to a text cannot fail.
        other => _ = write!(text, "{other:?}"),
    }
}
