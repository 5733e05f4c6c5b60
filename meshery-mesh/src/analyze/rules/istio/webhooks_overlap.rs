//! MSH181 `injection-webhooks-overlap`.

use std::collections::BTreeSet;

use meshery_core::world::{Labels, World};
use meshery_core::{Finding, RuleInfo};

use crate::analyze::Rule;
use crate::analyze::istio::{InjectingWebhook, REVISION, injecting_webhooks};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH181",
    name: "injection-webhooks-overlap",
    summary: "Two webhooks both inject the sidecar into the same pods",
    why: "
The API server calls every webhook whose selectors match. Two that match the same pod both add a sidecar to it: the second
one fails, or changes what the first one made, and the pod gets the sidecar of another revision than it asked for, or does
not start.

Tried are the labels by which Istio tells who gets a sidecar of which revision, on the namespace and on the pod. Selectors
that tell the webhooks apart by other labels are taken for overlapping if they match pods without such labels.",
    bad: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
- name: sidecar-injector.istio.io
  clientConfig: { service: { name: istiod, namespace: istio-system } }
  namespaceSelector: { matchLabels: { istio-injection: enabled } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector-canary }
webhooks:
- name: canary.sidecar-injector.istio.io
  clientConfig: { service: { name: istiod-canary, namespace: istio-system } }
  namespaceSelector: { matchLabels: { istio-injection: enabled } }",
    good: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
- name: sidecar-injector.istio.io
  clientConfig: { service: { name: istiod, namespace: istio-system } }
  namespaceSelector: { matchLabels: { istio-injection: enabled } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector-canary }
webhooks:
- name: canary.sidecar-injector.istio.io
  clientConfig: { service: { name: istiod-canary, namespace: istio-system } }
  namespaceSelector:
    matchLabels: { istio.io/rev: canary }
    matchExpressions: [{ key: istio-injection, operator: DoesNotExist }]",
    references: &[
        "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/",
        "https://istio.io/latest/docs/reference/config/analysis/ist0139/",
    ],
    meshes: &["istio"],
    aliases: &["IST0139"],
    upstream: "webhook.Analyzer",
    run,
    ..Rule::NEW
};

/// A webhook with those of the tried labels that it matches, as bits.
struct Reach<'a> {
    injector: InjectingWebhook<'a>,
    namespaces: Vec<u64>,
    pods: Vec<u64>,
}

impl Reach<'_> {
    fn meets(&self, other: &Self) -> bool {
        let common = |a: &[u64], b: &[u64]| a.iter().zip(b).any(|(a, b)| a & b != 0);
        common(&self.namespaces, &other.namespaces) && common(&self.pods, &other.pods)
    }
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let injecting_webhooks = injecting_webhooks(world);
    let revisions: BTreeSet<&str> = injecting_webhooks.iter().flat_map(InjectingWebhook::revisions).collect();
    let namespaces = tried("istio-injection", ["enabled", "disabled"], &revisions);
    let pods = tried("sidecar.istio.io/inject", ["true", "false"], &revisions);
    let reaches = injecting_webhooks.into_iter().map(|injector| Reach {
        namespaces: bits(&namespaces, |labels| injector.matches("namespaceSelector", labels)),
        pods: bits(&pods, |labels| injector.matches("objectSelector", labels)),
        injector,
    });
    let reaches: Vec<Reach<'_>> = reaches.collect();
    let findings = reaches.iter().filter_map(|one| {
        // Two entries of one name are one webhook.
        let other = reaches.iter().find(|other| other.injector.key() != one.injector.key() && one.meets(other))?;
        let (name, object) = (other.injector.name(), other.injector.object);
        let message = format!("the webhook {name:?} of {object} injects into the same pods");
        let finding = rule.finding(one.injector.object, one.injector.place().span, message);
        let finding = finding.with_help("let the selectors exclude each other, or delete the one that is left over");
        Some(finding.with_related(object, other.injector.place().span, "injects into the same pods"))
    });
    findings.collect()
}

/// Labels of namespaces or pods: with and without a word on injection, and with and without one on each revision.
fn tried(name: &str, values: [&str; 2], revisions: &BTreeSet<&str>) -> Vec<Labels> {
    let [yes, no] = values;
    let bases = [Labels::default(), Labels::from_iter([(name, yes)]), Labels::from_iter([(name, no)])];
    let revised = revisions.iter().flat_map(|revision| {
        let revision = Labels::from_iter([(REVISION, *revision)]);
        bases.iter().map(move |base| base.with(&revision)).collect::<Vec<_>>()
    });
    bases.iter().cloned().chain(revised).collect()
}

fn bits(tried: &[Labels], matches: impl Fn(&Labels) -> bool) -> Vec<u64> {
    let word = |labels: &[Labels]| labels.iter().rev().fold(0, |word, labels| (word << 1) | u64::from(matches(labels)));
    tried.chunks(64).map(word).collect()
}
