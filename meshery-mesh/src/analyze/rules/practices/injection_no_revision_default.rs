//! MSH846 `injection-no-revision-default`.

use meshery_core::analyzer::Category;
use meshery_core::world::Labels;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{INJECTION, injecting_webhooks};
use crate::analyze::kinds::NAMESPACE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH846",
    name: "injection-no-revision-default",
    severity: Severity::Warning,
    category: Category::Correctness,
    summary: "A namespace asks for sidecars of the default revision, and no injector serves that",
    why: "
`istio-injection: enabled` means the revision that is the default one. Where Istio is installed by revisions only, and none
of them is tagged `default`, no webhook answers for the label: pods start without a sidecar, and nothing says so. After an
upgrade by revision this is how a namespace falls out of the mesh.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector-1-30, labels: { istio.io/rev: 1-30 } }
webhooks:
- name: rev.namespace.sidecar-injector.istio.io
  namespaceSelector: { matchLabels: { istio.io/rev: 1-30 } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/rev: 1-30 } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector-1-30, labels: { istio.io/rev: 1-30 } }
webhooks:
- name: rev.namespace.sidecar-injector.istio.io
  namespaceSelector: { matchLabels: { istio.io/rev: 1-30 } }",
    references: &[
        "https://istio.io/latest/docs/setup/upgrade/canary/#default-tag",
        "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/",
    ],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let webhooks = injecting_webhooks(world);
    if webhooks.is_empty() {
        return Vec::new();
    }
    let asks = |key: &str, value: &str, labels: &Labels| {
        let labels = labels.with(&Labels::from_iter([(key, value)]));
        // A pod may ask by a label of its own beside that of its namespace.
        let pods = [Labels::default(), Labels::from_iter([("sidecar.istio.io/inject", "true")])];
        webhooks.iter().any(|webhook| {
            webhook.matches("namespaceSelector", &labels)
                && pods.iter().any(|pod| webhook.matches("objectSelector", pod))
        })
    };
    let findings = world.of(NAMESPACE).iter().filter(|namespace| namespace.label(INJECTION) == Some("enabled"));
    let findings = findings.filter_map(|namespace| {
        let labels = Labels::of(namespace.root.at(&["metadata", "labels"]));
        let place = namespace.root.at(&["metadata", "labels", INJECTION])?;
        if asks(INJECTION, "enabled", &labels) {
            return None;
        }
        let message = "no injector serves namespaces that ask for the default revision";
        let help = "name a revision by istio.io/rev instead, or tag one as default";
        let finding = rule.finding(namespace, place.span, message).with_help(help);
        let first = webhooks.first()?;
        Some(finding.with_related(first.object, first.place().span, "serves others"))
    });
    findings.collect()
}
