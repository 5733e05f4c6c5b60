//! Webhooks that keep those from coming who would answer them: of an instance whose workload was removed by hand, say,
//! the webhook is left, and its own pods are the first that it blocks. It goes first then, and comes again once somebody
//! answers. Pure.

use std::collections::BTreeMap;

use meshery_core::lifecycle::ChangeAction;
use meshery_core::{Object, ObjectId};
use serde_json::{Map, Value};

use super::Wish;
use super::writes::Verdict;
use crate::lifecycle::graph::{Graph, runs_pods};
use crate::lifecycle::planner::ownership::Yields;

/// What controllers make for a workload.
const MADE_FOR_WORKLOADS: &[(&str, &str)] = &[("", "pods"), ("apps", "replicasets")];

/// Has webhooks go first that would block what they need.
pub(super) fn lift(wish: &Wish<'_>, objects: &[Object], graph: &Graph, verdicts: &mut [Verdict]) {
    for who in 0..verdicts.len() {
        let configuration = &objects[who];
        let stays = matches!(verdicts[who].action, ChangeAction::Unchanged | ChangeAction::Update);
        if !stays || !is_webhook(&configuration.id()) || verdicts[who].is_borrowed {
            continue;
        }
        let comes = |whom: &&usize| matches!(verdicts[**whom].action, ChangeAction::Create | ChangeAction::Replace);
        let mut coming = graph.needs(who).keys().filter(comes).map(|whom| &objects[*whom]);
        let there = wish.live.whole(&configuration.id()).unwrap_or(configuration);
        let Some(blocked) = coming.find(|object| blocks(wish, there, object)) else { continue };
        let verdict = &mut verdicts[who];
        verdict.action = ChangeAction::Replace;
        verdict.reason = format!("it would block {blocked}, which it needs: it goes first, and comes again");
        // Whoever writes to it does so anew.
        verdict.yields = Yields::new();
    }
}

/// Whether it is a configuration of webhooks.
pub(in crate::lifecycle) fn is_webhook(id: &ObjectId) -> bool {
    id.kind.group == "admissionregistration.k8s.io" && id.kind.kind.ends_with("WebhookConfiguration")
}

/// Whether an object, or what runs its pods, cannot be made while nobody answers a webhook.
fn blocks(wish: &Wish<'_>, configuration: &Object, object: &Object) -> bool {
    let namespace = labels_of_namespace(wish, object.namespace().unwrap_or_default());
    let labels = |pointer: &str| object.get(pointer).and_then(Value::as_object).map(texts).unwrap_or_default();
    let (own, of_pods) = (labels("/metadata/labels"), labels("/spec/template/metadata/labels"));
    configuration.items("/webhooks").iter().any(|webhook| {
        let asks = |group: &str, plural: &str, labels: &Labels<'_>| {
            asks_about(webhook, group, plural) && selects(&webhook["objectSelector"], labels)
        };
        let plural = wish.desired.apis.get(&object.id().kind).map_or("", |api| &api.plural);
        let made = MADE_FOR_WORKLOADS.iter().filter(|_| runs_pods(&object.id().kind));
        // What says nothing of it fails.
        webhook["failurePolicy"] != "Ignore"
            && selects(&webhook["namespaceSelector"], &namespace)
            && (asks(object.group(), plural, &own)
                || made.into_iter().any(|(group, plural)| asks(group, plural, &of_pods)))
    })
}

type Labels<'a> = BTreeMap<&'a str, &'a str>;

fn texts(labels: &Map<String, Value>) -> Labels<'_> {
    labels.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect()
}

/// What a namespace is labelled with, or will be.
fn labels_of_namespace<'a>(wish: &'a Wish<'_>, name: &'a str) -> Labels<'a> {
    let id = ObjectId::new("", "Namespace", None, name);
    let wanted = wish.desired.objects.iter().find(|object| object.id() == id);
    let all = [wish.live.get(&id), wanted].into_iter().flatten();
    let labels = all.filter_map(|object| object.get("/metadata/labels")?.as_object()).flat_map(texts);
    labels.chain([("kubernetes.io/metadata.name", name)]).collect()
}

/// Whether a webhook is asked before something of this kind is made.
fn asks_about(webhook: &Value, group: &str, plural: &str) -> bool {
    let list = |place: &Value, name: &str| place[name].as_array().cloned().unwrap_or_default();
    let has = |list: &[Value], words: [&str; 2]| list.iter().any(|word| words.iter().any(|wanted| word == wanted));
    list(webhook, "rules").iter().any(|rule| {
        has(&list(rule, "apiGroups"), ["*", group])
            && has(&list(rule, "operations"), ["*", "CREATE"])
            && (has(&list(rule, "resources"), ["*", plural]) || has(&list(rule, "resources"), ["*/*", "*/*"]))
    })
}

/// Whether a selector selects what has these labels; without one, everything does.
fn selects(selector: &Value, labels: &Labels<'_>) -> bool {
    let exact = selector["matchLabels"].as_object().map(texts).unwrap_or_default();
    let expressions = selector["matchExpressions"].as_array().map(Vec::as_slice).unwrap_or_default();
    exact.iter().all(|(name, value)| labels.get(name) == Some(value))
        && expressions.iter().all(|expression| fulfils(expression, labels))
}

fn fulfils(expression: &Value, labels: &Labels<'_>) -> bool {
    let found = labels.get(expression["key"].as_str().unwrap_or_default());
    let values = expression["values"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_among = found.is_some_and(|found| values.iter().any(|value| value == found));
    match expression["operator"].as_str() {
        Some("In") => is_among,
        Some("NotIn") => !is_among,
        Some("Exists") => found.is_some(),
        Some("DoesNotExist") => found.is_none(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_webhook_is_asked_about_what_its_rules_name() {
        let webhook = |groups: &[&str], resources: &[&str], operation: &str| json!({ "rules": [{ "apiGroups": groups, "resources": resources, "operations": [operation] }] });
        assert!(asks_about(&webhook(&[""], &["pods"], "CREATE"), "", "pods"));
        assert!(asks_about(&webhook(&["*"], &["*/*"], "*"), "apps", "deployments"));
        assert!(!asks_about(&webhook(&["apps"], &["pods"], "CREATE"), "", "pods"));
        assert!(!asks_about(&webhook(&[""], &["pods"], "UPDATE"), "", "pods"));
        assert!(!asks_about(&webhook(&[""], &["pods/status"], "CREATE"), "", "pods"));
    }

    #[test]
    fn selectors_select_as_servers_do() {
        let labels = BTreeMap::from([("app", "a"), ("tier", "back")]);
        for (selector, expected) in [
            (json!(null), true),
            (json!({}), true),
            (json!({ "matchLabels": { "app": "a" } }), true),
            (json!({ "matchLabels": { "app": "b" } }), false),
            (json!({ "matchExpressions": [{ "key": "app", "operator": "In", "values": ["b", "a"] }] }), true),
            (json!({ "matchExpressions": [{ "key": "app", "operator": "NotIn", "values": ["a"] }] }), false),
            (json!({ "matchExpressions": [{ "key": "zone", "operator": "NotIn", "values": ["a"] }] }), true),
            (json!({ "matchExpressions": [{ "key": "zone", "operator": "Exists" }] }), false),
            (json!({ "matchExpressions": [{ "key": "tier", "operator": "DoesNotExist" }] }), false),
        ] {
            assert_eq!(selects(&selector, &labels), expected, "{selector}");
        }
    }
}
