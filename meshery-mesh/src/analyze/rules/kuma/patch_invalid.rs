//! MSH516 `kuma-patch-invalid`.

use meshery_core::resource::{Node, Value};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::kuma::{Flaws, list, of_kinds, present, text, walk};
use crate::analyze::{Rule, Source, yaml};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH516",
    name: "kuma-patch-invalid",
    summary: "A modification of Envoy's configuration or of a container does not go with its operation",
    why: "
A MeshProxyPatch modifies one thing at a time. What is added has a whole `value` and matches nothing; what is removed has none;
a patch is a `value` or `jsonPatches`, never both; and a filter is put before or after one that is named. A JSON patch moves and
copies `from` a path, and adds or replaces by a `value`. The control plane refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshProxyPatch
metadata: { name: clusters, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  default: { appendModifications: [{ cluster: { operation: Add, match: { name: orders }, value: 'name: orders' } }] }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshProxyPatch
metadata: { name: clusters, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  default: { appendModifications: [{ cluster: { operation: Patch, match: { name: orders }, value: 'connectTimeout: 5s' } }] }",
    references: &[
        "https://kuma.io/docs/latest/policies/meshproxypatch/",
        "https://datatracker.ietf.org/doc/html/rfc6902",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// What can be modified, and which fields Envoy needs of one that is added.
const TARGETS: [(&str, &[&str]); 5] = [
    ("cluster", &["name"]),
    ("listener", &[]),
    ("virtualHost", &["name", "domains"]),
    ("networkFilter", &["name"]),
    ("httpFilter", &["name"]),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = of_kinds(world, rule, &["MeshProxyPatch"], check);
    findings.extend(of_kinds(world, rule, &["ProxyTemplate"], template));
    findings.extend(of_kinds(world, rule, &["ContainerPatch"], |spec, flaws| {
        patches(&["sidecarPatch[]", "initPatch[]"].map(|path| walk(spec, path)).concat(), flaws);
    }));
    findings
}

fn check(spec: &Node, flaws: &mut Flaws<'_>) {
    let conf = present(spec, "default").unwrap_or(spec);
    let modifications = list(conf, "appendModifications");
    if modifications.is_empty() {
        flaws.add(conf, "nothing is modified", "add appendModifications");
    }
    for node in modifications {
        modification(node, true, flaws);
    }
}

/// The kind that MeshProxyPatch came from, whose operations are in lower case.
fn template(spec: &Node, flaws: &mut Flaws<'_>) {
    for node in walk(spec, "conf.modifications[]") {
        modification(node, false, flaws);
    }
}

fn modification(node: &Node, is_new: bool, flaws: &mut Flaws<'_>) {
    let found: Vec<_> =
        TARGETS.iter().filter_map(|(name, needed)| Some((*name, *needed, present(node, name)?))).collect();
    let [(name, needed, target)] = found.as_slice() else {
        flaws.add(node, format!("{} things are modified at once", found.len()), "modify one thing at a time");
        return;
    };
    let operation = text(target, "operation");
    let operation = if is_new { operation.to_owned() } else { as_new(operation) };
    let is_filter = name.ends_with("Filter");
    let at = |field: &str| present(target, field).unwrap_or(target);
    let is_named = target.get("match").is_some_and(|it| present(it, "name").is_some());
    match operation.as_str() {
        "Add" if !is_filter => {
            let is_matched = if *name == "virtualHost" { is_named } else { present(target, "match").is_some() };
            if is_matched {
                flaws.add(at("match"), format!("a {name} that is added matches nothing"), "remove match");
            }
            value(target, needed, flaws);
        }
        "AddFirst" | "AddLast" if is_filter => value(target, needed, flaws),
        "AddBefore" | "AddAfter" if is_filter => {
            if !is_named {
                flaws.add(at("match"), "the filter that it is put beside is not named", "add match: { name: … }");
            }
            value(target, needed, flaws);
        }
        "Patch" => {
            if is_filter && !is_named {
                flaws.add(at("match"), "the filter that is patched is not named", "add match: { name: … }");
            }
            patch(target, flaws);
        }
        "Remove" => {
            if let Some(node) = present(target, "value") {
                flaws.add(node, "what is removed has no value", "remove value");
            }
        }
        _ => {
            let known = if is_filter {
                "AddFirst, AddLast, AddBefore, AddAfter, Patch or Remove"
            } else {
                "Add, Patch or Remove"
            };
            flaws.add(at("operation"), format!("{operation:?} is no operation on a {name}"), format!("use {known}"));
        }
    }
}

/// An operation of ProxyTemplate as MeshProxyPatch writes it.
fn as_new(operation: &str) -> String {
    let (first, rest) = operation.split_at_checked(1).unwrap_or((operation, ""));
    format!("{}{rest}", first.to_ascii_uppercase())
}

/// The value of what is added.
fn value(target: &Node, needed: &[&str], flaws: &mut Flaws<'_>) {
    let Some(node) = present(target, "value") else {
        flaws.add(target, "what is added has no value", "add value");
        return;
    };
    let Some(root) = parsed(node, flaws) else { return };
    for field in needed.iter().filter(|field| root.get(field).is_none_or(Node::is_empty)) {
        flaws.add(node, format!("what is added has no {field}"), format!("add {field}"));
    }
}

fn patch(target: &Node, flaws: &mut Flaws<'_>) {
    let blocks = list(target, "jsonPatches");
    match present(target, "value") {
        Some(_) if !blocks.is_empty() => {
            flaws.add(target, "it is patched both by value and by jsonPatches", "keep one of them");
        }
        Some(node) => {
            parsed(node, flaws);
        }
        None if blocks.is_empty() => flaws.add(target, "nothing is patched", "add value or jsonPatches"),
        None => patches(&blocks.iter().collect::<Vec<_>>(), flaws),
    }
}

/// The YAML in a text, which has to be a map.
fn parsed(node: &Node, flaws: &mut Flaws<'_>) -> Option<Node> {
    let text = node.as_str()?;
    let root = match yaml::read(&Source::new("value", text)).as_slice() {
        [Ok(root)] if matches!(root.value, Value::Map(_)) => Some(root.clone()),
        _ => None,
    };
    if root.is_none() {
        flaws.add(node, "the value is no configuration of Envoy: it is not one map in YAML", "write it as name: …");
    }
    root
}

fn patches(blocks: &[&Node], flaws: &mut Flaws<'_>) {
    for block in blocks {
        let operation = text(block, "op");
        let at = |field: &str| present(block, field).unwrap_or(block);
        let (moves, sets) = (matches!(operation, "move" | "copy"), matches!(operation, "add" | "replace"));
        // A null is a value as well.
        let (has_from, has_value) = (present(block, "from").is_some(), block.get("value").is_some());
        if moves != has_from {
            let message =
                if moves { "it is not said what is taken" } else { "nothing is taken from anywhere by this operation" };
            flaws.add(at("from"), message, if moves { "add from" } else { "remove from" });
        }
        if sets != has_value {
            let message = if sets { "it is not said what is set" } else { "nothing is set by this operation" };
            flaws.add(at("value"), message, if sets { "add value" } else { "remove value" });
        }
        match present(block, "path") {
            None => flaws.add(block, "it is not said where", "add path"),
            Some(path) if operation == "remove" && matches!(path.as_str(), Some("" | "/")) => {
                flaws.add(path, "the whole cannot be removed", "name a part of it");
            }
            Some(_) => {}
        }
    }
}
