//! MSH433 `linkerd-annotation-misplaced`.

use meshery_core::resource::{Field, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::NAMESPACE;
use crate::analyze::kubernetes::{Holder, each_annotated};
use crate::analyze::linkerd::annotations::{INJECT, OPAQUE, form, is_config};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH433",
    name: "linkerd-annotation-misplaced",
    severity: Severity::Warning,
    summary: "An annotation of Linkerd stands where nobody reads it",
    why: "
The proxy injector sees pods and their namespace. What stands in the metadata of a Deployment itself, beside its template, is
not handed down to its pods, and a Service configures no proxy, but for its opaque ports. Where there would be no proxy for it
(`linkerd.io/inject`) it is a warning, and an information where a proxy runs with its default.",
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
    each_annotated(world, |annotated| {
        let object = annotated.object;
        let check = |field: &Field| {
            let is_of_proxy = is_config(&field.key) && form(&field.key).is_some();
            match annotated.holder {
                Holder::Workload if is_of_proxy || &*field.key == INJECT => of_workload(world, rule, object, field),
                Holder::Service if is_of_proxy && &*field.key != OPAQUE => {
                    let finding = finding(rule, object, field, "a Service");
                    let help = "put it into the metadata of the pods that the Service selects, or of their namespace";
                    Some(finding.with_help(help))
                }
                _ => None,
            }
        };
        annotated.annotations().iter().filter_map(check).collect::<Vec<_>>()
    })
}

fn finding(rule: &RuleInfo, object: &Resource, field: &Field, what: &str) -> Finding {
    rule.finding(object, field.key_span, format!("the annotation {} has no effect in {what}", field.key))
}

/// What stands in the pods' template or in the namespace too is not lost, and nothing is said of it.
fn of_workload(world: &World, rule: &RuleInfo, object: &Resource, field: &Field) -> Option<Finding> {
    let templates =
        [&["spec", "template"][..], &["spec", "jobTemplate", "spec", "template"]].map(|path| object.root.at(path));
    let in_template =
        templates.into_iter().flatten().any(|it| it.at(&["metadata", "annotations", &field.key]).is_some());
    let namespace = world.get(NAMESPACE, "", object.namespace_or_default());
    if in_template || namespace.is_some_and(|namespace| namespace.annotation(&field.key).is_some()) {
        return None;
    }
    let finding = finding(rule, object, field, "a workload's own metadata");
    let finding = finding.with_help("put it into the metadata of the pods' template");
    Some(if &*field.key == INJECT { finding } else { finding.as_bad_as(Severity::Info) })
}
