//! Rules in CEL, as definitions of Kubernetes hold them.
//!
//! Rules that compare an object with what it was before (`oldSelf`) are not for objects alone, and are passed over, as the
//! server does when it creates one.

mod value;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kube_cel::KubeCelExt;
use kube_cel::cel::{Context, ExecutionError, Program, Value};
use meshery_core::Span;
use meshery_core::resource::Node;

use super::model::{CelRule, Schema};

/// Whether a text is an expression in CEL; what it names need not exist.
pub(in crate::analyze) fn is_cel(text: &str) -> bool {
    Program::compile(text).is_ok()
}

/// Programs by their text, compiled once.
#[derive(Default)]
pub(super) struct Programs(Mutex<HashMap<Arc<str>, Compiled>>);

/// A program; none for what is no CEL, or not all of it is known here.
type Compiled = Option<Arc<Program>>;

impl Programs {
    fn get(&self, text: &Arc<str>) -> Compiled {
        let held = |programs: &Self| programs.0.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
        if let Some(known) = held(self) {
            return known;
        }
        let compiled = Program::compile(text).ok().map(Arc::new);
        let mut programs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        programs.entry(Arc::clone(text)).or_insert(compiled).clone()
    }
}

/// Judges values by rules. One for every thread.
pub(super) struct Judge<'p> {
    programs: &'p Programs,
    functions: Context<'static>,
}

/// What comes of a rule.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Holds,
    /// It does not, or cannot be asked of this value, with what to say of it.
    Broken(String),
    /// Nobody can say here, and why.
    Unknown(String),
}

impl<'p> Judge<'p> {
    pub(super) fn new(programs: &'p Programs) -> Self {
        Self { programs, functions: Context::default().with_all() }
    }

    /// What comes of all rules of a value, where each is broken or unknown.
    pub(super) fn verdicts<'s>(&self, node: &Node, schema: &'s Schema) -> Vec<(&'s CelRule, Verdict)> {
        let of_itself = value::of(Some(self), node, schema);
        let mut scope = self.functions.new_inner_scope();
        scope.add_variable_from_value("self", of_itself);
        let verdicts = schema.rules.iter().map(|rule| (rule, self.verdict(rule, &scope)));
        verdicts.filter(|(_, verdict)| *verdict != Verdict::Holds).collect()
    }

    fn verdict(&self, rule: &CelRule, scope: &Context<'_>) -> Verdict {
        let Some(program) = self.programs.get(&rule.rule) else {
            return Verdict::Unknown("it cannot be compiled here".into());
        };
        if program.references().has_variable("oldSelf") {
            return Verdict::Holds;
        }
        match program.execute(scope) {
            Ok(Value::Bool(true)) => Verdict::Holds,
            Ok(Value::Bool(false)) => Verdict::Broken(self.message(rule, scope)),
            Ok(_) => Verdict::Unknown("it is neither true nor false".into()),
            Err(
                error @ (ExecutionError::UndeclaredReference(_)
                | ExecutionError::NotSupportedAsMethod { .. }
                | ExecutionError::NoSuchOverload),
            ) => Verdict::Unknown(error.to_string()),
            Err(ExecutionError::NoSuchKey(key)) => {
                Verdict::Broken(format!("a rule asks for {key:?}, which is not there"))
            }
            Err(error) => Verdict::Broken(error.to_string()),
        }
    }

    /// What the definition says of a broken rule.
    fn message(&self, rule: &CelRule, scope: &Context<'_>) -> String {
        let made = rule.message_expression.as_ref().and_then(|text| self.programs.get(text)?.execute(scope).ok());
        match (made, &rule.message) {
            (Some(Value::String(text)), _) if !text.trim().is_empty() => text.trim().to_owned(),
            (_, Some(message)) => message.trim().trim_end_matches('.').to_owned(),
            (_, None) => "a rule of the definition does not hold".to_owned(),
        }
    }

    /// What a conversion of a text makes of it.
    fn converted(&self, conversion: &str, text: &str) -> Option<Value> {
        let mut scope = self.functions.new_inner_scope();
        scope.add_variable_from_value("self", text.to_owned());
        self.programs.get(&format!("{conversion}(self)").into())?.execute(&scope).ok()
    }
}

/// A value of which no definition is known.
pub(in crate::analyze) fn value_of(node: &Node) -> Value {
    value::of(None, node, &Schema::any())
}

/// Where a broken rule points to: the field that it names, or as far as there is something.
pub(super) fn place(node: &Node, rule: &CelRule) -> Span {
    let Some(path) = &rule.field_path else { return node.span };
    let steps = path.split(['.', '[', ']', '\'']).filter(|step| !step.is_empty());
    steps
        .map_while({
            let mut at = node;
            move |step| {
                at = at.get(step)?;
                Some(at)
            }
        })
        .last()
        .map_or(node.span, |node| node.span)
}
