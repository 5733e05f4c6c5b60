//! MSH437 `linkerd-control-plane-single`.

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::DEPLOYMENT;
use crate::analyze::linkerd::{ControlPlane, spec_place};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH437",
    name: "linkerd-control-plane-single",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "Linkerd is installed for high availability, and a part of its control plane runs once",
    why: "
With high availability, pods cannot start while the proxy injector is away, and no proxy gets a certificate while identity is.
`linkerd check` wants at least two available replicas of each part.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-config, namespace: linkerd }
data: { values: 'highAvailability: true' }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: linkerd-identity, namespace: linkerd }
spec: { replicas: 1, selector: { matchLabels: { app: identity } }, template: { metadata: { labels: { app: identity } } } }",
    good: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-config, namespace: linkerd }
data: { values: 'highAvailability: true' }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: linkerd-identity, namespace: linkerd }
spec: { replicas: 3, selector: { matchLabels: { app: identity } }, template: { metadata: { labels: { app: identity } } } }",
    references: &["https://linkerd.io/2/tasks/troubleshooting/#l5d-control-plane-replicas"],
    aliases: &["l5d-control-plane-replicas"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let plane = world.view::<ControlPlane>();
    let Some((config, _)) = &plane.values else { return Vec::new() };
    if plane.value(&["highAvailability"]).and_then(Node::as_bool) != Some(true) {
        return Vec::new();
    }
    let parts = ["linkerd-destination", "linkerd-identity", "linkerd-proxy-injector"].into_iter();
    let parts = parts.filter_map(|name| world.get(DEPLOYMENT, config.namespace_or_default(), name));
    let findings = parts.filter_map(|part| {
        let wanted = part.root.at(&["spec", "replicas"]).and_then(Node::as_int).unwrap_or(1);
        let status = part.root.get("status").filter(|status| !status.fields().is_empty());
        let available = status.map(|status| status.get("availableReplicas").and_then(Node::as_int).unwrap_or_default());
        let (number, message) = match available {
            Some(number) if number < wanted => (number, format!("{number} of {wanted} replicas are available")),
            _ => (
                wanted,
                format!("{} replica is asked for", if wanted == 1 { "one".into() } else { wanted.to_string() }),
            ),
        };
        let finding = rule.finding(part, spec_place(part, "replicas"), message).with_help("run two replicas at least");
        (number <= 1).then(|| finding.with_related(config, config.head(), "installed for high availability"))
    });
    findings.collect()
}
