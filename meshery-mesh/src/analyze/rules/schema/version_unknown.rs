//! MSH909 `version-unknown`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::edit::meant;
use crate::analyze::schema::Conformance;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH909",
    name: "version-unknown",
    severity: Severity::Warning,
    summary: "An object is of a version of its kind that nobody serves",
    why: "
The API server has never heard of it, or has forgotten it, and refuses the object. The versions are those of the definition
among the input or, without one, of the releases that the tables of this program were made from.",
    bad: "
apiVersion: networking.istio.io/v2
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }",
    references: &["https://kubernetes.io/docs/reference/using-api/deprecation-guide/"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let conformance = world.view::<Conformance>();
    let unknown = conformance.all().filter(|(_, checked)| !checked.versions.is_empty()).map(|(resource, checked)| {
        let known = &checked.versions;
        let place = resource.root.get("apiVersion").map_or_else(|| resource.head(), |version| version.span);
        let message = format!("{} has no version {:?}", resource.kind, resource.version());
        let written = &*resource.api_version;
        let near = nearest(resource.version(), known.iter().map(String::as_str));
        let near = near.map(|near| match written.rsplit_once('/') {
            Some((group, _)) => format!("{group}/{near}"),
            None => near.to_owned(),
        });
        let otherwise = format!("write one of {}", known.join(", "));
        meant(rule.finding(resource, place, message), resource, written, near.as_deref(), otherwise)
    });
    unknown.collect()
}
