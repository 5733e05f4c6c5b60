//! MSH415 `linkerd-service-profile-condition-invalid`.

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, Span, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::kinds::SERVICE_PROFILE;
use crate::analyze::linkerd::place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH415",
    name: "linkerd-service-profile-condition-invalid",
    summary: "A condition of a ServiceProfile says nothing, or asks for a status that there is not",
    why: "
The condition of a route says which requests are meant by `method`, `pathRegex`, `all`, `any` or `not`; that of a response
class says which responses by `status`, `all`, `any` or `not`. Each needs at least one of them, at every depth. A range of
statuses lies between 100 and 599, and its end is not before its start. The webhook of ServiceProfiles refuses all else.",
    bad: "
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: reviews.shop.svc.cluster.local, namespace: shop }
spec:
  routes:
  - name: GET /reviews
    condition: { method: GET, pathRegex: /reviews }
    responseClasses: [{ condition: { status: { min: 500, max: 499 } }, isFailure: true }]",
    good: "
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: reviews.shop.svc.cluster.local, namespace: shop }
spec:
  routes:
  - name: GET /reviews
    condition: { method: GET, pathRegex: /reviews }
    responseClasses: [{ condition: { status: { min: 500, max: 599 } }, isFailure: true }]",
    references: &["https://linkerd.io/2/reference/service-profiles/"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

/// How deep conditions are followed into each other.
const DEEPEST: usize = 64;

type Problem = (Span, String, &'static str);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for profile in world.of(SERVICE_PROFILE) {
        let mut problems = Vec::new();
        for route in profile.items(&["spec", "routes"]).iter().filter(|route| !route.fields().is_empty()) {
            of_holder(route, true, &mut problems);
            for class in route.get("responseClasses").map(Node::items).unwrap_or_default() {
                of_holder(class, false, &mut problems);
            }
        }
        findings.extend(problems.into_iter().map(|problem| finding(rule, profile, problem)));
    }
    findings
}

fn finding(rule: &RuleInfo, profile: &Resource, (span, message, help): Problem) -> Finding {
    let span = span.or(profile.head());
    rule.finding(profile, span, message).with_help(help)
}

/// The condition of a route or of a response class.
fn of_holder(holder: &Node, of_request: bool, problems: &mut Vec<Problem>) {
    if let Some(condition) = holder.get("condition").filter(|condition| !matches!(condition.value, Value::Null)) {
        check((holder, condition), of_request, problems, 0);
        return;
    }
    let what = if of_request {
        "the route does not say which requests it is for"
    } else {
        "the class does not say which responses are of it"
    };
    problems.push((holder.span, what.into(), "add condition"));
}

fn check((around, condition): (&Node, &Node), of_request: bool, problems: &mut Vec<Problem>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    let set = |key: &str| condition.get(key).filter(|value| !matches!(value.value, Value::Null));
    let mut says = false;
    for list in ["all", "any"].into_iter().filter_map(set) {
        says = true;
        for inner in list.items() {
            check((list, inner), of_request, problems, depth + 1);
        }
    }
    if let Some(inner) = set("not") {
        says = true;
        check((condition, inner), of_request, problems, depth + 1);
    }
    let texts: &[&str] = if of_request { &["method", "pathRegex"] } else { &[] };
    let known: &[&str] = if of_request { &["method", "pathRegex"] } else { &["status"] };
    for field in condition.fields().iter().filter(|it| !known.contains(&&*it.key)) {
        if !["all", "any", "not"].contains(&&*field.key) {
            let message = format!("a condition knows no field {:?}", &*field.key);
            problems.push((field.key_span, message, "write all, any, not, or what the condition is about"));
        }
    }
    says |= texts.iter().any(|key| set(key).and_then(Node::as_str).is_some_and(|text| !text.is_empty()));
    if let Some(status) = set("status").filter(|_| !of_request) {
        says = true;
        problems.extend(of_status(condition, status));
    }
    if !says {
        let span = condition.span.or(around.span);
        let (message, help) = if of_request {
            ("the condition says nothing of requests", "say method, pathRegex, all, any or not")
        } else {
            ("the condition says nothing of responses", "say status, all, any or not")
        };
        problems.push((span, message.into(), help));
    }
}

fn of_status(around: &Node, status: &Node) -> Option<Problem> {
    let bound = |key: &str| status.get(key).and_then(Node::as_int).filter(|status| *status != 0);
    let (from, to) = (bound("min"), bound("max"));
    let beyond = |bound: Option<i64>| bound.filter(|status| !(100..=599).contains(status));
    let holder = if status.span.is_empty() { around } else { status };
    let (key, message) = if let Some(number) = beyond(from) {
        ("min", format!("there is no status {number}"))
    } else if let Some(number) = beyond(to) {
        ("max", format!("there is no status {number}"))
    } else if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        ("max", format!("the statuses end at {to}, before they start at {from}"))
    } else {
        return None;
    };
    Some((place(holder, key), message, "say min and max from 100 to 599, and min first"))
}
