//! Going through objects and gathering what is wrong with them.

use meshery_core::resource::{Kind, Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::edit::meaning;

/// The lists of a policy that hold settings.
const LISTS: [&str; 3] = ["to", "rules", "from"];

/// One of Kuma's kinds.
pub(in crate::analyze) const fn kind(name: &str) -> Kind<'_> {
    Kind::new("kuma.io", name)
}

/// What a rule finds wrong with an object.
pub(in crate::analyze) struct Flaws<'a> {
    rule: &'a RuleInfo,
    pub(in crate::analyze) resource: &'a Resource,
    found: Vec<Finding>,
}

impl Flaws<'_> {
    /// Something is wrong at a node; what a node lacks is wrong at the node.
    pub(in crate::analyze) fn add(&mut self, at: &Node, message: impl Into<String>, help: impl Into<String>) {
        // An empty value such as the one of `default:` takes no room.
        let span = at.span.or(self.resource.head());
        self.found.push(self.rule.finding(self.resource, span, message).with_help(help));
    }

    /// What was wrong last the control plane takes, and nothing comes of it.
    pub(in crate::analyze) fn is_taken(&mut self) {
        if let Some(last) = self.found.pop() {
            self.found.push(last.as_bad_as(Severity::Warning));
        }
    }

    /// What was wrong last is a name for which perhaps another one was meant.
    pub(in crate::analyze) fn meaning(&mut self, wrong: &str, near: Option<&str>) {
        let Some(near) = near else { return };
        if let Some(last) = self.found.pop() {
            self.found.push(meaning(last, self.resource, wrong, near));
        }
    }
}

/// Goes through the objects of some of Kuma's kinds with a check of what they are to be: their `spec`, or the object where
/// that is missing.
pub(in crate::analyze) fn of_kinds(
    world: &World,
    rule: &RuleInfo,
    kinds: &[&str],
    check: impl Fn(&Node, &mut Flaws<'_>),
) -> Vec<Finding> {
    let of_one = |resource| {
        let mut flaws = Flaws { rule, resource, found: Vec::new() };
        check(resource.root.get("spec").unwrap_or(&resource.root), &mut flaws);
        flaws.found
    };
    kinds.iter().flat_map(|name| world.each(kind(name), |resource| of_one(resource))).collect()
}

/// The field of a map, unless it is null.
pub(in crate::analyze) fn present<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|node| !matches!(node.value, Value::Null))
}

/// The items of a field; none where it is missing.
pub(in crate::analyze) fn list<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

/// The text of a field; empty where it is missing.
pub(in crate::analyze) fn text<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).and_then(Node::as_str).unwrap_or_default()
}

/// What stands at a path such as `http[].delay.value`: everything there is, in the order of the file.
pub(in crate::analyze) fn walk<'a>(node: &'a Node, path: &str) -> Vec<&'a Node> {
    let mut nodes = vec![node];
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let (key, is_list) = step.strip_suffix("[]").map_or((step, false), |key| (key, true));
        nodes = nodes
            .into_iter()
            .filter_map(|node| present(node, key))
            .flat_map(|node| if is_list { node.items().iter().collect() } else { vec![node] })
            .collect();
    }
    nodes
}

/// The items of a policy that hold settings, with the list that they stand in.
pub(in crate::analyze) fn entries(spec: &Node) -> impl Iterator<Item = (&'static str, &Node)> {
    LISTS.into_iter().flat_map(|name| list(spec, name).iter().map(move |item| (name, item)))
}

/// The settings of a policy, wherever it has them.
pub(in crate::analyze) fn confs(spec: &Node) -> Vec<&Node> {
    let in_lists = entries(spec).filter_map(|(_, entry)| present(entry, "default"));
    present(spec, "default").into_iter().chain(in_lists).collect()
}
