//! MSH433 `linkerd-annotation-misplaced`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::annotations::{Holder, INJECT, OPAQUE, form, is_config, metadata};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH433",
    name: "linkerd-annotation-misplaced",
    severity: Severity::Warning,
    summary: "An annotation of Linkerd stands where nobody reads it",
    why: "
The proxy injector sees pods and their namespace. What stands in the metadata of a Deployment itself, beside its template, is
not handed down to its pods; and a Service has nothing to do with proxies, but for its opaque ports.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, annotations: { linkerd.io/inject: enabled } }
spec:
  selector: { matchLabels: { app: reviews } }
  template:
    metadata: { labels: { app: reviews } }
    spec: { containers: [{ name: reviews, image: reviews }] }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews }
spec:
  selector: { matchLabels: { app: reviews } }
  template:
    metadata: { labels: { app: reviews }, annotations: { linkerd.io/inject: enabled } }
    spec: { containers: [{ name: reviews, image: reviews }] }",
    references: &["https://linkerd.io/2/features/proxy-injection/", "https://linkerd.io/2/reference/proxy-configuration/"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (object, metadata, holder) in metadata(world) {
        let what = match holder {
            Holder::Workload => "a workload's own metadata",
            Holder::Service => "a Service",
            Holder::Namespace | Holder::Pod => continue,
        };
        for field in metadata.get("annotations").map(Node::fields).unwrap_or_default() {
            let key = &*field.key;
            let known = form(key).is_some() && (key == INJECT || is_config(key));
            if !known || (holder == Holder::Service && key == OPAQUE) {
                continue;
            }
            let message = format!("the annotation {key} has no effect in {what}");
            let help = match holder {
                Holder::Workload => "put it into the metadata of the pods' template",
                _ => "put it into the metadata of the pods that the Service selects, or of their namespace",
            };
            findings.push(rule.finding(&object, field.key_span, message).with_help(help));
        }
    }
    findings
}
