//! What is wrong with an object, and of which idea.

use meshery_core::Span;
use meshery_core::resource::{Field, Node, Resource};

/// What a mistake is about; one rule each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Idea {
    Host,
    Port,
    Address,
    Duration,
    Number,
    Name,
    Twice,
    Labels,
    Target,
    Missing,
    Conflict,
    Export,
    Annotation,
    Header,
    Match,
    Action,
    NoRules,
    Weights,
    Setting,
    Sni,
    ServerTls,
    ClientTls,
    Locality,
    Resolution,
    Listener,
    Authorization,
    Condition,
    Token,
    Patch,
    Telemetry,
    Mesh,
    Provider,
    NoLabels,
    Deprecated,
    OldGatewayName,
    DeniesTcp,
    WeakTls,
    EgressTwice,
    NoEffect,
    PrivateKey,
    Internals,
}

/// A mistake.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Problem {
    pub(in crate::analyze) idea: Idea,
    /// Where.
    pub(in crate::analyze) span: Span,
    /// Where the other one is, for what is there twice.
    pub(in crate::analyze) other: Option<Span>,
    pub(in crate::analyze) message: String,
    pub(in crate::analyze) help: String,
}

/// What is found in one object.
pub(super) struct Report<'a> {
    pub(super) object: &'a Resource,
    /// Whether istiod's validation alone counts, as for istioctl, and not what the definition of the kind says too.
    pub(super) alone: bool,
    /// Where all of it is, for what is written within a text.
    pub(super) anchor: Option<Span>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Report<'a> {
    pub(super) fn new(object: &'a Resource, alone: bool) -> Self {
        Self { object, alone, anchor: None, problems: Vec::new() }
    }

    /// Something is wrong with this node.
    pub(super) fn say(&mut self, idea: Idea, place: &Node, message: impl Into<String>, help: impl Into<String>) {
        self.at(idea, place.span, message.into(), help.into());
    }

    /// Something is wrong with the key of this field.
    pub(super) fn say_key(&mut self, idea: Idea, field: &Field, message: impl Into<String>, help: impl Into<String>) {
        self.at(idea, field.key_span, message.into(), help.into());
    }

    /// Something is wrong that the rules in the definition of the kind refuse already.
    pub(super) fn stated(&mut self, idea: Idea, place: &Node, message: impl Into<String>, help: impl Into<String>) {
        if self.alone {
            self.at(idea, place.span, message.into(), help.into());
        }
    }

    /// The same, at the key of a field.
    pub(super) fn stated_key(&mut self, idea: Idea, field: &Field, message: String, help: &str) {
        if self.alone {
            self.at(idea, field.key_span, message, help.into());
        }
    }

    /// This node is what another one is already.
    pub(super) fn twice(&mut self, idea: Idea, place: &Node, other: &Node, message: impl Into<String>) {
        self.at(idea, place.span, message.into(), "leave one of them, or give it another name".into());
        if let Some(last) = self.problems.last_mut().filter(|_| self.anchor.is_none()) {
            last.other = Some(other.span);
        }
    }

    /// Leaves out warnings from here on, which istiod drops on their way.
    pub(super) fn without_warnings(&mut self, from: usize) {
        let warns =
            |problem: &Problem| matches!(problem.idea, Idea::NoEffect | Idea::Deprecated | Idea::OldGatewayName);
        if self.alone {
            let later = self.problems.split_off(from.min(self.problems.len()));
            self.problems.extend(later.into_iter().filter(|problem| !warns(problem)));
        }
    }

    fn at(&mut self, idea: Idea, span: Span, message: String, help: String) {
        let is_seen = !span.is_empty();
        let span = self.anchor.unwrap_or(if is_seen { span } else { self.object.head() });
        self.problems.push(Problem { idea, span, other: None, message, help });
    }
}
