//! MSH438 `linkerd-kube-system-not-excluded`.

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

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let webhook = world.get(MUTATING_WEBHOOK, "", "linkerd-proxy-injector-webhook-config");
    let failing = webhook.and_then(|config| {
        let hooks = config.items(&["webhooks"]).iter();
        let policy = hooks.filter_map(|hook| Some((hook, hook.get("failurePolicy")?.as_str()?)));
        policy.filter(|(_, policy)| *policy == "Fail").map(|(hook, _)| (config, place(hook, "failurePolicy"))).next()
    });
    let Some(((config, span), namespace)) = failing.zip(world.get(NAMESPACE, "", "kube-system")) else {
        return Vec::new();
    };
    if namespace.label("config.linkerd.io/admission-webhooks") == Some("disabled") {
        return Vec::new();
    }
    let message = "the namespace is not taken out of what waits for Linkerd's proxy injector";
    let finding = rule.finding(namespace, namespace.head(), message);
    let finding = finding.with_help("add the label config.linkerd.io/admission-webhooks: disabled");
    vec![finding.with_related(config, span, "nothing starts without it")]
}
