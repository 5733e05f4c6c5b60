//! MSH431 `linkerd-annotation-unknown`.

use meshery_core::resource::{Field, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::edit::meaning;
use crate::analyze::kubernetes::each_annotated;
use crate::analyze::linkerd::annotations::{INJECT, form, is_config, names};
use crate::nearest::{nearest, within};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH431",
    name: "linkerd-annotation-unknown",
    severity: Severity::Warning,
    summary: "An annotation that looks like one of Linkerd's is none",
    why: "
The proxy injector reads the annotations that it knows and passes over all others without a word, so a slip of the pen means
that the proxy runs with its defaults, or that there is no proxy. Where no known annotation is near, it may be one of a newer
release; that is only an information.",
    bad: "
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  annotations: { linkerd.io/inject: enabled, config.linkerd.io/skip-outbound-port: '5432' }",
    good: "
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  annotations: { linkerd.io/inject: enabled, config.linkerd.io/skip-outbound-ports: '5432' }",
    references: &["https://linkerd.io/2/reference/proxy-configuration/"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotated(world, |annotated| {
        annotated.annotations().iter().filter_map(|field| check(rule, annotated.object, field)).collect::<Vec<_>>()
    })
}

fn check(rule: &RuleInfo, object: &Resource, field: &Field) -> Option<Finding> {
    let key = &*field.key;
    let near = if is_config(key) && form(key).is_none() {
        // The names behind the prefixes are compared, for a known name behind another prefix is a slip too.
        let name = |key: &'static str| key.split_once('/').map(|(_, name)| name);
        let near = nearest(key.split_once('/')?.1, names().filter_map(name));
        near.and_then(|near| names().find(|known| name(known) == Some(near)))
    } else {
        let name = key.strip_prefix("linkerd.io/").filter(|name| *name != "inject")?;
        Some(within(name, 2, ["inject"].into_iter()).map(|_| INJECT)?)
    };
    let finding = rule.finding(object, field.key_span, format!("Linkerd has no annotation {key}"));
    Some(match near {
        Some(near) => meaning(finding, object, key, near),
        None => finding.as_bad_as(Severity::Info).with_help("see the list of annotations, or remove it"),
    })
}
