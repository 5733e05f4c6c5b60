//! MSH517 `kuma-tls-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, confs, of_kinds, present, text, top_kind, walk};
use crate::analyze::values::dns;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH517",
    name: "kuma-tls-invalid",
    summary: "Settings of TLS contradict each other, or are where they cannot be",
    why: "
The least version may not be above the greatest. Ciphers and versions are of the whole mesh: two proxies that are told
otherwise could not speak to each other. A client's certificate is of no use without its key, nor the key without it, and what
a MeshExternalService is given may not be a file or a variable of the control plane, which anybody who may write one could read
that way. The control plane refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshTLS
metadata: { name: all, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  rules: [{ default: { tlsVersion: { min: TLS13, max: TLS12 } } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshTLS
metadata: { name: all, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  rules: [{ default: { tlsVersion: { min: TLS12, max: TLS13 } } }]",
    references: &[
        "https://kuma.io/docs/latest/policies/meshtls/",
        "https://kuma.io/docs/latest/networking/meshexternalservice/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// From the oldest.
const VERSIONS: [&str; 4] = ["TLS10", "TLS11", "TLS12", "TLS13"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = of_kinds(world, rule, &["MeshTLS"], |spec, flaws| {
        for conf in confs(spec) {
            let ciphers = present(conf, "tlsCiphers").filter(|node| !node.is_empty());
            for node in ciphers.into_iter().chain(present(conf, "tlsVersion")) {
                if top_kind(spec) != "Mesh" {
                    flaws.add(node, "this is of the whole mesh", "set it in a policy for the kind Mesh");
                }
            }
            if let Some(node) = present(conf, "tlsVersion") {
                versions(node, flaws);
            }
        }
    });
    findings.extend(of_kinds(world, rule, &["MeshExternalService"], |spec, flaws| {
        if present(spec, "extension").is_none() {
            for node in walk(spec, "tls.version") {
                versions(node, flaws);
            }
        }
        let is_extended = present(spec, "extension").is_some();
        for node in walk(spec, "tls.verification") {
            verification(node, is_extended, flaws);
        }
    }));
    findings
}

fn versions(node: &Node, flaws: &mut Flaws<'_>) {
    let rank = |name: &str| VERSIONS.iter().position(|version| *version == text(node, name));
    if let (Some(min), Some(max)) = (rank("min"), rank("max"))
        && min > max
    {
        flaws.add(present(node, "min").unwrap_or(node), "the least version is above the greatest", "swap min and max");
    }
}

fn verification(node: &Node, is_extended: bool, flaws: &mut Flaws<'_>) {
    for name in ["caCert", "clientCert", "clientKey"] {
        let Some(source) = present(node, name) else { continue };
        if matches!(text(source, "type"), "File" | "EnvVar") {
            let at = present(source, "type").unwrap_or(source);
            flaws.add(
                at,
                format!("{name} would be read from the control plane itself"),
                "use Secret or InsecureInline",
            );
        }
    }
    if is_extended {
        return;
    }
    if let Some(name) = present(node, "serverName").filter(|name| !name.as_str().is_none_or(dns::is_name)) {
        flaws.add(name, "it is no name that DNS knows", "write it as example.com");
    }
    for (one, other) in [("clientCert", "clientKey"), ("clientKey", "clientCert")] {
        if present(node, one).is_some() && present(node, other).is_none() {
            flaws.add(node, format!("there is {one} without {other}"), format!("add {other}"));
        }
    }
}
