//! A rule of one's own at work.

use kube_cel::KubeCelExt;
use kube_cel::cel::{Context, Program, Value};
use meshery_core::resource::{Kind, Node};
use meshery_core::{ConfigAnalyzer, Finding, GroupKind, Resource, RuleInfo, World};

use super::OwnRule;
use crate::analyze::schema::value_of;

/// What is said where an expression cannot be asked.
const ASKED: &str = "the rule cannot be asked of this";

impl ConfigAnalyzer for OwnRule {
    fn info(&self) -> RuleInfo {
        self.info.clone()
    }

    fn analyze(&self, world: &World) -> Vec<Finding> {
        let mut scope = Context::default().with_all();
        for (name, kind) in &self.reads {
            let all = of(world, kind).iter().map(|resource| value_of(&resource.root)).collect::<Vec<_>>();
            scope.add_variable_from_value(name.clone(), all);
        }
        of(world, &self.kind).iter().flat_map(|object| self.check(object, &scope)).collect()
    }
}

fn of<'w>(world: &'w World, kind: &GroupKind) -> &'w [std::sync::Arc<Resource>] {
    world.of(Kind::new(&kind.group, &kind.kind))
}

impl OwnRule {
    fn check(&self, object: &Resource, scope: &Context<'_>) -> Vec<Finding> {
        let mut scope = scope.new_inner_scope();
        scope.add_variable_from_value("object", value_of(&object.root));
        let is_meant = |program: &Program| match program.execute(&scope) {
            Ok(Value::Bool(is_meant)) => is_meant,
            // A field that is not there: the rule is about objects that have it.
            _ => false,
        };
        if self.when.as_ref().is_some_and(|when| !is_meant(when)) {
            return Vec::new();
        }
        let parts: Vec<&Node> = match &self.each {
            None => vec![&object.root],
            Some(path) => object.at_field(path).map(parts).unwrap_or_default(),
        };
        parts.into_iter().filter_map(|part| self.judge(object, part, &scope)).collect()
    }

    fn judge(&self, object: &Resource, part: &Node, scope: &Context<'_>) -> Option<Finding> {
        let mut scope = scope.new_inner_scope();
        scope.add_variable_from_value("it", value_of(part));
        let message = match self.holds.execute(&scope) {
            Ok(Value::Bool(true)) => return None,
            Ok(Value::Bool(false)) => self.message(&scope),
            Ok(other) => format!("{ASKED}: it says {other:?}, and neither true nor false"),
            Err(error) => format!("{ASKED}: {error}"),
        };
        let whole = if self.each.is_none() { object.head() } else { part.span };
        let steps = self.at.split('.').filter(|step| !step.is_empty());
        let place = steps.clone().try_fold(part, |node, step| node.get(step)).filter(|_| steps.count() > 0);
        let finding = self.info.finding(object, place.map_or(whole, |node| node.span), message);
        Some(finding.with_help(if self.help.is_empty() { &self.info.summary } else { &self.help }))
    }

    fn message(&self, scope: &Context<'_>) -> String {
        match self.message.as_ref().map(|message| message.execute(scope)) {
            Some(Ok(Value::String(text))) => text.to_string(),
            _ => self.info.summary.clone(),
        }
    }
}

/// The items of a list, the values of a map, or the value itself.
fn parts(node: &Node) -> Vec<&Node> {
    match (node.items(), node.fields()) {
        ([], []) => vec![node],
        ([], fields) => fields.iter().map(|field| &field.value).collect(),
        (items, _) => items.iter().collect(),
    }
}
