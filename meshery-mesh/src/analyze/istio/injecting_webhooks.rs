//! The webhooks that inject sidecars.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::{Labels, Selector, World};

use super::membership::REVISION;
use crate::analyze::kinds::MUTATING_WEBHOOK;

/// A webhook of a configuration that injects sidecars.
#[derive(Clone, Copy)]
pub(in crate::analyze) struct InjectingWebhook<'a> {
    pub(in crate::analyze) object: &'a Arc<Resource>,
    pub(in crate::analyze) webhook: &'a Node,
}

/// The webhooks of all configurations that are Istio's: by the name of one of its webhooks, or by a revision.
pub(in crate::analyze) fn injecting_webhooks(world: &World) -> Vec<InjectingWebhook<'_>> {
    let configurations = world.of(MUTATING_WEBHOOK).iter().filter(|object| {
        let mut webhooks = of(object);
        webhooks.any(|it| it.name().ends_with("istio.io") || it.revisions().next().is_some())
            || object.label(REVISION).is_some()
    });
    let all = configurations.flat_map(of);
    all.filter(|injector| world.settings().compatible || injector.is_for_pods()).collect()
}

fn of(object: &Arc<Resource>) -> impl Iterator<Item = InjectingWebhook<'_>> {
    object.items(&["webhooks"]).iter().map(move |webhook| InjectingWebhook { object, webhook })
}

impl<'a> InjectingWebhook<'a> {
    /// Its name.
    pub(in crate::analyze) fn name(&self) -> &'a str {
        self.webhook.get("name").and_then(Node::as_str).unwrap_or_default()
    }

    /// What tells it from others.
    pub(in crate::analyze) fn key(&self) -> (&'a str, &'a str) {
        (&self.object.name, self.name())
    }

    /// Where it is named.
    pub(in crate::analyze) fn place(&self) -> &'a Node {
        self.webhook.get("name").unwrap_or(self.webhook)
    }

    /// The revisions that its configuration or its selectors name.
    pub(in crate::analyze) fn revisions(&self) -> impl Iterator<Item = &'a str> {
        let webhook = self.webhook;
        let selectors = ["namespaceSelector", "objectSelector"].into_iter().filter_map(|key| webhook.get(key));
        let named = selectors.flat_map(|selector| {
            let equal = selector.at(&["matchLabels", REVISION]).and_then(Node::as_str);
            let expressions = selector.get("matchExpressions").map(Node::items).unwrap_or_default().iter();
            let of_revision = expressions.filter(|it| it.get("key").and_then(Node::as_str) == Some(REVISION));
            let values = of_revision.flat_map(|it| it.get("values").map(Node::items).unwrap_or_default());
            equal.into_iter().chain(values.filter_map(Node::as_str))
        });
        self.object.label(REVISION).into_iter().chain(named)
    }

    /// Whether one of its selectors matches labels. One that is missing matches all, one that no server takes none.
    pub(in crate::analyze) fn matches(&self, selector: &str, labels: &Labels) -> bool {
        match self.webhook.get(selector).filter(|it| it.value != Value::Null) {
            Some(selector) => !is_refused(selector) && Selector::of(selector).matches(labels),
            None => true,
        }
    }

    /// Whether it is called for pods. One that does not say for what is taken to be.
    fn is_for_pods(&self) -> bool {
        let rules = self.webhook.get("rules").map(Node::items).unwrap_or_default();
        let mut resources =
            rules.iter().flat_map(|rule| rule.get("resources").map(Node::items).unwrap_or_default()).peekable();
        resources.peek().is_none() || resources.any(|it| matches!(it.as_str(), Some("pods" | "*" | "*/*")))
    }
}

/// Whether a selector asks for something in a way that the API server refuses.
fn is_refused(selector: &Node) -> bool {
    let expressions = selector.get("matchExpressions").map(Node::items).unwrap_or_default();
    expressions.iter().any(|expression| {
        let has_values = expression.get("values").is_some_and(|values| !values.is_empty());
        let has_key = expression.get("key").and_then(Node::as_str).is_some_and(|key| !key.is_empty());
        let needs_values = matches!(expression.get("operator").and_then(Node::as_str), Some("In" | "NotIn"));
        !has_key || has_values != needs_values
    })
}
