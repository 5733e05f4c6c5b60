//! MSH438 `linkerd-kube-system-not-excluded`.

use meshery_core::resource::Node;
use meshery_core::world::{Labels, Selector};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::{MUTATING_WEBHOOK, NAMESPACE};
use crate::analyze::linkerd::place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH438",
    name: "linkerd-kube-system-not-excluded",
    severity: Severity::Warning,
    summary: "Pods of kube-system wait for Linkerd's proxy injector, which may wait for them",
    why: "
Where the webhook of the proxy injector is said to fail when it cannot be reached (`failurePolicy: Fail`, as for high
availability), no pod starts without it. If what the injector itself needs, such as the network or DNS, runs in kube-system and
stops, nothing ever starts again. The label `config.linkerd.io/admission-webhooks: disabled` takes the namespace out.",
    bad: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: linkerd-proxy-injector-webhook-config }
webhooks: [{ name: linkerd-proxy-injector.linkerd.io, failurePolicy: Fail }]
---
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }",
    good: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: linkerd-proxy-injector-webhook-config }
webhooks: [{ name: linkerd-proxy-injector.linkerd.io, failurePolicy: Fail }]
---
apiVersion: v1
kind: Namespace
metadata: { name: kube-system, labels: { config.linkerd.io/admission-webhooks: disabled } }",
    references: &["https://linkerd.io/2/features/ha/#exclude-the-kube-system-namespace"],
    aliases: &["l5d-injection-disabled"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

const NAME: &str = "kube-system";

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let config = world.get(MUTATING_WEBHOOK, "", "linkerd-proxy-injector-webhook-config");
    let Some((config, namespace)) = config.zip(world.get(NAMESPACE, "", NAME)) else { return Vec::new() };
    if namespace.label("config.linkerd.io/admission-webhooks") == Some("disabled") {
        return Vec::new();
    }
    // The API server adds the name as a label, by which the webhook may leave the namespace out.
    let labels = Labels::of(namespace.root.at(&["metadata", "labels"]));
    let labels = labels.with(&Labels::from_iter([("kubernetes.io/metadata.name", NAME)]));
    let is_waited_for = |hook: &&Node| {
        let fails = hook.get("failurePolicy").and_then(Node::as_str) == Some("Fail");
        fails && hook.get("namespaceSelector").is_none_or(|selector| Selector::of(selector).matches(&labels))
    };
    let hook = config.items(&["webhooks"]).iter().find(is_waited_for);
    let findings = hook.map(|hook| {
        let message = "the namespace is not taken out of what waits for Linkerd's proxy injector";
        let finding = rule.finding(namespace, namespace.head(), message);
        let finding = finding.with_help("add the label config.linkerd.io/admission-webhooks: disabled");
        finding.with_related(config, place(hook, "failurePolicy"), "nothing starts without it")
    });
    findings.into_iter().collect()
}
