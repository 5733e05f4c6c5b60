//! Findings about one of Consul's objects, each at its place.

use meshery_core::resource::{Kind, Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::edit::meaning;

/// What a rule looks at in an object of a kind: its spec.
type Check = fn(&mut Checks<'_>, &Node);

/// What the checks of these kinds find in the objects of a world.
pub(in crate::analyze) fn checked(world: &World, rule: &RuleInfo, checks: &[(Kind<'_>, Check)]) -> Vec<Finding> {
    let nothing = Node { value: Value::Null, span: Span::default() };
    let of_one = |check: &Check, object| {
        let mut checks = Checks::new(rule, object);
        check(&mut checks, object.root.get("spec").unwrap_or(&nothing));
        checks.findings
    };
    checks.iter().flat_map(|(kind, check)| world.each(*kind, |object| of_one(check, object))).collect()
}

/// The findings of a rule in an object.
pub(in crate::analyze) struct Checks<'a> {
    rule: &'a RuleInfo,
    pub(in crate::analyze) object: &'a Resource,
    pub(in crate::analyze) findings: Vec<Finding>,
}

impl<'a> Checks<'a> {
    /// None yet.
    pub(in crate::analyze) fn new(rule: &'a RuleInfo, object: &'a Resource) -> Self {
        Self { rule, object, findings: Vec::new() }
    }

    /// One at a node, and what to do about it.
    pub(in crate::analyze) fn on(&mut self, node: &Node, message: impl Into<String>, help: impl Into<String>) {
        let span = self.first_of([node.span]);
        self.findings.push(self.rule.finding(self.object, span, message).with_help(help));
    }

    /// One at a field of a map, or at the map if it lacks the field.
    pub(in crate::analyze) fn at(
        &mut self,
        map: &Node,
        key: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let field = map.fields().iter().find(|field| &*field.key == key);
        let spans = field.into_iter().flat_map(|field| [field.value.span, field.key_span]).chain([map.span]);
        let span = self.first_of(spans);
        self.findings.push(self.rule.finding(self.object, span, message).with_help(help));
    }

    /// The last finding is about a name for which perhaps another one was meant.
    pub(in crate::analyze) fn meaning(&mut self, wrong: &str, near: Option<&str>) {
        let Some(near) = near else { return };
        if let Some(last) = self.findings.pop() {
            self.findings.push(meaning(last, self.object, wrong, near));
        }
    }

    /// The last finding is one that the webhook lets pass. Consul's servers refuse the entry when it is synced, which
    /// leaves the object there with the condition `Synced` false.
    pub(in crate::analyze) fn when_synced(&mut self) {
        if let Some(last) = self.findings.pop() {
            self.findings.push(last.as_bad_as(Severity::Warning));
        }
    }

    /// The last finding has to do with another place in the object.
    pub(in crate::analyze) fn related(&mut self, node: &Node, message: &str) {
        if let Some(last) = self.findings.pop() {
            let span = self.first_of([node.span]);
            self.findings.push(last.with_related(self.object, span, message));
        }
    }

    /// The first place that is one; where there is none it is the whole object that lacks something.
    fn first_of(&self, spans: impl IntoIterator<Item = Span>) -> Span {
        let mut spans = spans.into_iter().chain([self.object.root.span]);
        spans.find(|span| !span.is_empty()).unwrap_or_default()
    }
}
