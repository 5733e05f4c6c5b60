//! The webhooks that put sidecars into pods.

use meshery_core::resource::{Node, Value};
use meshery_core::world::labels::Need;
use meshery_core::world::{Labels, Selector, View, World};

use crate::analyze::kinds::MUTATING_WEBHOOK;

/// The webhooks that put sidecars into pods.
pub(in crate::analyze) struct Webhooks(Vec<Webhook>);

struct Webhook {
    namespaces: Selector,
    pods: Selector,
}

impl View for Webhooks {
    fn of(world: &World) -> Self {
        let all = world.of(MUTATING_WEBHOOK).iter().flat_map(|object| object.items(&["webhooks"]));
        let istio =
            all.filter(|it| it.get("name").and_then(Node::as_str).is_some_and(|name| name.ends_with("istio.io")));
        Self(istio.map(Webhook::new).collect())
    }
}

impl Webhooks {
    /// Whether there is none.
    pub(in crate::analyze) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them is called for a pod with these labels in a namespace with those.
    pub(in crate::analyze) fn select(&self, namespace: &Labels, pod: &Labels) -> bool {
        self.0.iter().any(|webhook| webhook.namespaces.matches(namespace) && webhook.pods.matches(pod))
    }
}

impl Webhook {
    fn new(node: &Node) -> Self {
        Self { namespaces: selector(node.get("namespaceSelector")), pods: selector(node.get("objectSelector")) }
    }
}

/// A webhook without a selector takes everything; one with a selector that no server understands, nothing.
fn selector(node: Option<&Node>) -> Selector {
    let Some(node) = node.filter(|node| !matches!(node.value, Value::Null)) else { return Selector::default() };
    let mut selector = Selector::of(node);
    let expressions = node.get("matchExpressions").map(Node::items).unwrap_or_default();
    if !expressions.iter().all(is_sound) {
        selector.needs.push(("".into(), Need::Nonsense));
    }
    selector
}

fn is_sound(expression: &Node) -> bool {
    let values = expression.get("values").map(Node::items).unwrap_or_default();
    if expression.get("key").and_then(Node::as_str).is_none_or(str::is_empty) {
        return false;
    }
    match expression.get("operator").and_then(Node::as_str) {
        Some("In" | "NotIn") => !values.is_empty(),
        Some("Exists" | "DoesNotExist") => values.is_empty(),
        _ => false,
    }
}
