//! MSH519 `kuma-telemetry-field-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, confs, list, of_kinds, present, text, walk};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH519",
    name: "kuma-telemetry-field-invalid",
    summary: "A field of logs, or an expression that chooses metrics, cannot be used",
    why: "
Fields of logs in JSON have a key and a value that can stand in JSON. Attributes for OpenTelemetry have fixed names of lower
case letters, digits, dots and underscores, and `otel.` is reserved; placeholders are for values. Metrics are chosen by regular
expressions as Go reads them. The control plane refuses the policy.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata: { name: all, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  rules:
  - default: { backends: [{ type: File, file: { path: /dev/stdout, format: { type: Json, json: [{ key: '', value: '%PROTOCOL%' }] } } }] }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata: { name: all, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  rules:
  - default: { backends: [{ type: File, file: { path: /dev/stdout, format: { type: Json, json: [{ key: protocol, value: '%PROTOCOL%' }] } } }] }",
    references: &[
        "https://kuma.io/docs/latest/policies/meshaccesslog/",
        "https://kuma.io/docs/latest/policies/meshmetric/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = of_kinds(world, rule, &["MeshAccessLog"], |spec, flaws| {
        for conf in confs(spec) {
            let formats = ["backends[].file.format", "backends[].tcp.format"];
            for node in formats.into_iter().flat_map(|path| walk(conf, path)) {
                format_of(node, flaws);
            }
            for node in walk(conf, "backends[].openTelemetry.attributes[]") {
                attribute(node, flaws);
            }
        }
    });
    findings.extend(of_kinds(world, rule, &["MeshMetric"], |spec, flaws| {
        let selectors = ["default.sidecar.profiles.exclude[]", "default.sidecar.profiles.include[]"];
        for node in selectors.into_iter().flat_map(|path| walk(spec, path)) {
            let expression = text(node, "match");
            if text(node, "type") == "Regex" && is_broken(expression) {
                let at = present(node, "match").unwrap_or(node);
                flaws.add(at, "it is no regular expression", "close what is opened, and escape what is meant as it is");
            }
        }
    }));
    findings
}

fn format_of(node: &Node, flaws: &mut Flaws<'_>) {
    match text(node, "type") {
        "Plain" => {
            if let Some(plain) = present(node, "plain").filter(|plain| plain.is_empty()) {
                flaws.add(plain, "the format is empty", "write what is logged, as '%PROTOCOL%'");
            }
        }
        "Json" => {
            if let Some(json) = present(node, "json").filter(|json| json.is_empty()) {
                flaws.add(json, "the format has no field", "add { key: …, value: … }");
            }
            for field in list(node, "json") {
                let (key, value) = (text(field, "key"), text(field, "value"));
                for name in ["key", "value"].iter().filter(|name| text(field, name).is_empty()) {
                    flaws.add(
                        present(field, name).unwrap_or(field),
                        format!("the {name} is empty"),
                        format!("set {name}"),
                    );
                }
                if serde_json::from_str::<serde_json::Value>(&format!("{{\"{key}\": \"{value}\"}}")).is_err() {
                    flaws.add(
                        field,
                        "it cannot stand in JSON as it is",
                        "escape quotes and backslashes by a backslash",
                    );
                }
            }
        }
        _ => {}
    }
}

fn attribute(node: &Node, flaws: &mut Flaws<'_>) {
    let key = text(node, "key");
    let at = present(node, "key").unwrap_or(node);
    if key.is_empty() {
        flaws.add(at, "the attribute has no key", "add key");
    } else if key.contains('%') {
        flaws.add(at, "placeholders are for values", "use a fixed name, as service.version");
    } else if key.starts_with("otel.") {
        flaws.add(at, "names that begin with otel. are reserved", "use another name");
    } else if !is_attribute(key) {
        flaws.add(
            at,
            format!("{key:?} is no name of an attribute"),
            "use lower case letters, digits, single dots and underscores between them",
        );
    }
}

/// A lower case letter, then letters and digits with single dots or underscores between them.
fn is_attribute(key: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    key.starts_with(|c: char| c.is_ascii_lowercase()) && key.split(['.', '_']).all(is_word)
}

/// Whether Go cannot read an expression. What only Go reads is let be.
fn is_broken(expression: &str) -> bool {
    let is_go_only = ["\\Q", "\\C", "\\E"].iter().any(|it| expression.contains(it));
    !is_go_only && matches!(regex::Regex::new(expression), Err(regex::Error::Syntax(_)))
}
