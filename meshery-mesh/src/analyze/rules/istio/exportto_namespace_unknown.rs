//! MSH200 `exportto-namespace-unknown`.

use meshery_core::resource::Node;
use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::edit::meant;
use crate::analyze::kinds::{DESTINATION_RULE, NAMESPACE, SERVICE_ENTRY, VIRTUAL_SERVICE};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH200",
    name: "exportto-namespace-unknown",
    summary: "An object is exported to a namespace that does not exist",
    why: "
The proxies of the namespace that was meant never hear of it: a route is not heeded, a host not known. Besides namespaces,
`.` stands for the object's own, `*` for all and `~` for none.

Where the input has no Namespace at all, the rule is silent; where it has some, the finding is a warning that says what it
takes for granted.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, exportTo: [., shopp] }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Namespace
metadata: { name: stage }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, exportTo: [., stage] }",
    references: &["https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule"],
    meshes: &["istio"],
    aliases: &["KIA0005"],
    run,
    ..Rule::NEW
};

/// What is no name of a namespace.
const SPECIAL: [&str; 3] = [".", "*", "~"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    // A cluster without a namespace is none.
    if world.of(NAMESPACE).is_empty() {
        return Vec::new();
    }
    let exporting = [DESTINATION_RULE, SERVICE_ENTRY, VIRTUAL_SERVICE].into_iter().flat_map(|kind| world.of(kind));
    exporting.flat_map(|resource| check(world, resource, rule)).collect()
}

fn check(world: &World, resource: &Resource, rule: &RuleInfo) -> Vec<Finding> {
    let items = resource.items(&["spec", "exportTo"]).iter();
    let named = items.filter_map(|item| Some((item, item.as_str()?))).filter(|(_, name)| !SPECIAL.contains(name));
    let unknown = named.filter(|(_, name)| world.get(NAMESPACE, "", name).is_none());
    unknown.map(|(item, name)| finding(world, resource, item, name, rule)).collect()
}

fn finding(world: &World, resource: &Resource, item: &Node, name: &str, rule: &RuleInfo) -> Finding {
    let known = world.of(NAMESPACE).iter().map(|namespace| &*namespace.name);
    let near = nearest(name, known);
    let finding = meant(
        rule.finding(resource, item.span, format!("there is no namespace {name:?}")),
        resource,
        name,
        near,
        "name a namespace that exists, or take the entry away".to_owned(),
    );
    if world.settings().closed {
        return finding;
    }
    finding.as_bad_as(Severity::Warning).assuming("the namespaces of the input are all that there are")
}
