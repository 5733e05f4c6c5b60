//! MSH290 `virtualservice-weight-of-one`.

use meshery_core::resource::Node;
use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::routes;
use crate::analyze::kinds::VIRTUAL_SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH290",
    name: "virtualservice-weight-of-one",
    severity: Severity::Warning,
    summary: "The only destination of a route has a weight that is not 100",
    why: "
A weight says which part of all requests a destination gets, beside others. The only one gets all of them whatever its
weight is, so that somebody has forgotten the other destination, or expects the rest of the requests to go elsewhere.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 }, weight: 80 }] }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1104"],
    run,
    ..Rule::NEW
};

/// What all of them is.
const ALL: i64 = 100;

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let check = |service: &Resource, route: &[Node]| {
        let [only] = route else { return None };
        // Left out it is none, and none stands for all where there is no other.
        let weight = only.get("weight").filter(|weight| weight.as_int().is_some_and(|it| it != 0 && it != ALL))?;
        let said = weight.as_int().unwrap_or_default();
        let message = format!("this is the only destination, and gets all requests instead of {said} %");
        Some(rule.finding(service, weight.span, message).with_help(help(route)))
    };
    world.each(VIRTUAL_SERVICE, |service| routes(service).filter_map(move |route| check(service, route)))
}

fn help(route: &[Node]) -> String {
    let host = route.iter().find_map(|only| only.get("destination")?.get("host")?.as_str()).unwrap_or_default();
    format!("take the weight away, or name the destination beside {host:?} that gets the rest")
}
