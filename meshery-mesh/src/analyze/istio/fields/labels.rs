//! Labels, and what policies select by them or by name.

use meshery_core::resource::{Field, Node};

use super::names::is_label;
use super::read::{given, is_null, list, part, text, told};
use super::report::{Idea, Report};
use crate::analyze::values::labels::is_qualified;

/// What a policy may be attached to: group and kind.
const TARGETS: [(&str, &str); 4] = [
    ("", "Service"),
    ("networking.istio.io", "ServiceEntry"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "GatewayClass"),
];
/// How long the name of a label may be, and a part of its domain.
const LONGEST: usize = 63;

/// As istiod asks: the domain may have capital letters.
fn is_key(key: &str) -> bool {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let is_prefix = |prefix: &str| {
        // Each part is a label, of any length: only the whole is limited.
        let is_part =
            |part: &str| is_label(part) || (part.len() > LONGEST && is_qualified(part) && !part.contains(['.', '_']));
        prefix.len() <= 253 && prefix.split('.').all(is_part)
    };
    name.len() <= LONGEST && is_qualified(name) && prefix.is_none_or(is_prefix)
}

/// The pairs of a map of texts.
fn pairs<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = (&'a Field, &'a str)> + use<'a> {
    let fields = node.get(key).map(Node::fields).unwrap_or_default();
    fields.iter().map(|field| (field, field.value.as_str().unwrap_or_default()))
}

impl Report<'_> {
    /// Labels that workloads may have.
    pub(super) fn labels(&mut self, node: &Node, key: &str) {
        for (field, value) in pairs(node, key) {
            let help = "use letters, digits and inner hyphens, dots and underscores, at most 63";
            if !is_key(&field.key) {
                self.say_key(Idea::Labels, field, format!("{:?} is no name of a label", &*field.key), help);
            }
            if !(value.is_empty() || is_qualified(value)) {
                self.say(Idea::Labels, &field.value, format!("{value:?} is no value of a label"), help);
            }
        }
    }

    /// The labels by which workloads are selected, in the field that is called so.
    pub(super) fn selector(&mut self, spec: &Node, selector: &str, labels: &str) {
        let Some(selector) = part(spec, selector) else { return };
        let mut any = false;
        for (field, value) in pairs(selector, labels) {
            any = true;
            let help = "name the labels as they are: there are no wildcards";
            if field.key.is_empty() {
                self.in_map(field, labels, "a label has no name".into());
            }
            if field.key.contains('*') {
                self.in_map(field, labels, format!("{:?} has a wildcard, which stands for nothing", &*field.key));
            } else if value.contains('*') {
                self.stated(
                    Idea::Labels,
                    &field.value,
                    format!("{value:?} has a wildcard, which stands for nothing"),
                    help,
                );
            }
        }
        if !any {
            let help = "name labels, or leave the selector out";
            self.say(Idea::NoLabels, selector, "the selector has no labels, so it selects every workload", help);
        }
    }

    /// The workloads of an object that is selected for by `workloadSelector`. istiod looks no further at one that it
    /// refuses, and says nothing else of the object: whether that is so.
    pub(super) fn ends_at_selector(&mut self, spec: &Node) -> bool {
        self.selector(spec, "workloadSelector", "labels");
        let refused = self.alone && self.problems.iter().any(|problem| problem.idea == Idea::Labels);
        if refused {
            self.problems.retain(|problem| problem.idea == Idea::Labels);
        }
        refused
    }

    /// Keys of `matchLabels` are checked by the definitions, those of `labels` are not.
    fn in_map(&mut self, field: &Field, labels: &str, message: String) {
        let help = "name the labels as they are: there are no wildcards";
        if labels == "labels" {
            self.say_key(Idea::Labels, field, message, help);
        } else {
            self.stated_key(Idea::Labels, field, message, help);
        }
    }

    /// What a policy is attached to: workloads by their labels, or objects by name, but not both.
    pub(super) fn attached(&mut self, spec: &Node) {
        let one = part(spec, "targetRef");
        let several = told(spec, "targetRefs");
        if [part(spec, "selector"), one, several].into_iter().flatten().count() > 1 {
            let message = "a policy is attached by labels and by name at once";
            self.stated(Idea::Target, spec, message, "leave one of selector, targetRef and targetRefs");
        }
        self.selector(spec, "selector", "matchLabels");
        one.into_iter().chain(list(spec, "targetRefs")).for_each(|target| self.target(target));
    }

    fn target(&mut self, target: &Node) {
        if is_null(target) {
            return;
        }
        if text(target, "name").is_none() {
            self.say(Idea::Target, target, "what the policy is attached to has no name", "name the object");
        }
        if let Some((_, namespace)) = text(target, "namespace") {
            let message = "a policy is attached to what is in another namespace";
            self.stated(Idea::Target, namespace, message, "put the policy beside the object, and leave this out");
        }
        let of = |key: &str| text(target, key).map(|(text, _)| text).unwrap_or_default();
        let (group, kind) = (of("group"), of("kind"));
        let group = if group == "core" { "" } else { group };
        if !TARGETS.contains(&(group, kind)) {
            let place = given(target, "kind").unwrap_or(target);
            let help =
                "it may be a Service, a ServiceEntry, or a Gateway or GatewayClass of the Gateway API, with its group";
            let shown = if group.is_empty() { kind.to_owned() } else { format!("{kind} of {group}") };
            self.say(Idea::Target, place, format!("no policy can be attached to {shown:?}"), help);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_labels() {
        for key in ["a", "a.b/c_d", "A-1", "topology.istio.io/network"] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "-a", "a/", "/a", "a/b/c", "a_b/c", &"a".repeat(64)] {
            assert!(!is_key(key), "{key}");
        }
    }
}
