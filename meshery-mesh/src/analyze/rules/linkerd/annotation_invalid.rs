//! MSH432 `linkerd-annotation-invalid`.

use meshery_core::resource::{Field, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kubernetes::{Holder, each_annotated};
use crate::analyze::linkerd::annotations::{Form, OPAQUE, form};
use crate::analyze::linkerd::opaque;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH432",
    name: "linkerd-annotation-invalid",
    severity: Severity::Warning,
    summary: "The value of an annotation of Linkerd is not what the proxy injector reads",
    why: "
Durations are written as in Go (`500ms`), amounts as in Kubernetes (`64Mi`), ports as numbers and ranges between commas, and
some annotations know only a few words. The proxy injector logs a value that it cannot read and goes on without it, so that
the proxy runs with its default. With `linkerd.io/inject` of another word there is no proxy at all.",
    bad: "
apiVersion: v1
kind: Pod
metadata:
  name: reviews
  annotations: { linkerd.io/inject: 'true', config.linkerd.io/skip-outbound-ports: mysql }
spec: { containers: [{ name: reviews, image: reviews }] }",
    good: "
apiVersion: v1
kind: Pod
metadata:
  name: reviews
  annotations: { linkerd.io/inject: enabled, config.linkerd.io/skip-outbound-ports: '3306' }
spec: { containers: [{ name: reviews, image: reviews }] }",
    references: &["https://linkerd.io/2/reference/proxy-configuration/"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotated(world, |annotated| {
        let is_read = annotated.holder != Holder::Workload;
        let annotations = annotated.annotations().iter().filter(|_| is_read);
        annotations.filter_map(|field| check(rule, annotated.object, field)).collect::<Vec<_>>()
    })
}

fn check(rule: &RuleInfo, object: &Resource, field: &Field) -> Option<Finding> {
    let (form, value) = (form(&field.key)?, field.value.as_str()?);
    // Names of container ports may stand among opaque ports of pods, so only numbers are judged.
    let looks_numeric = value.chars().all(|c| c.is_ascii_digit() || ", -".contains(c));
    let opaque_is_wrong = &*field.key == OPAQUE && looks_numeric && opaque::ports(value).is_none();
    if form.takes(value) && !opaque_is_wrong {
        return None;
    }
    let wanted = if opaque_is_wrong { Form::Ports } else { form };
    let message = format!("the annotation {} is {value:?}", field.key);
    let near = match wanted {
        Form::Words(words) => nearest(value, words.iter().copied()),
        _ => None,
    };
    let help = match near {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("say {}", wanted.wanted()),
    };
    Some(rule.finding(object, field.key_span, message).with_help(help))
}
