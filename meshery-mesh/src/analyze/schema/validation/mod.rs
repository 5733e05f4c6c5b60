//! What the API server refuses by code of its own, of which no schema says anything. Each module is one part of it, as
//! `pkg/apis/core/validation` of Kubernetes has it; a test asks a real server the same.
//!
//! | module | checks |
//! |---|---|
//! | `data` | ConfigMaps and Secrets |
//! | `metadata` | names, labels and annotations of whatever there is |
//! | `pod` | pods, and templates of pods |
//! | `service` | Services |
//! | `workload` | what makes pods of a template |

mod data;
mod metadata;
mod pod;
mod service;
mod workload;

use std::collections::BTreeMap;

use meshery_core::resource::{Kind, Node, Value};
use meshery_core::{Resource, Span};

use super::walk::{Violation, ViolationKind};
use crate::analyze::kinds::{
    CONFIG_MAP, CRON_JOB, DAEMON_SET, DEPLOYMENT, JOB, POD, REPLICA_SET, SECRET, SERVICE, STATEFUL_SET,
};
use crate::analyze::values::dns::is_port_name;

type Check = fn(&mut Refusals<'_>);

/// By kind, beside the metadata that all have.
const CHECKS: [(Kind<'static>, Check); 10] = [
    (CONFIG_MAP, data::config_map),
    (CRON_JOB, workload::cron_job),
    (DAEMON_SET, workload::daemon_set),
    (DEPLOYMENT, workload::deployment),
    (JOB, workload::job),
    (POD, pod::pod),
    (REPLICA_SET, workload::replica_set),
    (SECRET, data::secret),
    (SERVICE, service::check),
    (STATEFUL_SET, workload::stateful_set),
];

/// What a server would refuse an object for.
pub(super) fn check(object: &Resource) -> Vec<Violation> {
    let mut refusals = Refusals { object, found: Vec::new() };
    metadata::check(&mut refusals);
    if let Some((_, check)) = CHECKS.iter().find(|(kind, _)| *kind == object.kind()) {
        check(&mut refusals);
    }
    refusals.found
}

/// What is found wrong with an object.
struct Refusals<'a> {
    object: &'a Resource,
    found: Vec<Violation>,
}

impl Refusals<'_> {
    fn say(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let (message, help) = (message.into(), help.into());
        let span = span.or(self.object.head());
        let kind = ViolationKind::Refused;
        self.found.push(Violation { kind, span, other: None, message, help, meant: None, lacks_quotes: false });
    }

    /// Of several nodes with a text each, those that are there a second time.
    fn twice<'n, K: Ord>(
        &mut self,
        nodes: impl IntoIterator<Item = (K, &'n Node)>,
        say: impl Fn(&K) -> (String, String),
    ) {
        let mut first: BTreeMap<K, Span> = BTreeMap::new();
        for (key, node) in nodes {
            if let Some(there) = first.get(&key) {
                let (message, help) = say(&key);
                self.say(node.span, message, help);
                if let Some(last) = self.found.last_mut() {
                    last.other = Some(*there);
                }
            } else {
                first.insert(key, node.span);
            }
        }
    }

    /// Those that have the name of another one.
    fn called_twice<'n>(&mut self, what: &str, names: impl IntoIterator<Item = (&'n str, &'n Node)>) {
        let say = |name: &&str| (format!("another {what} is called {name:?}, too"), "name each differently".to_owned());
        self.twice(names, say);
    }

    /// A field's text, if it is one of these or not there at all.
    fn one_of(&mut self, node: &Node, key: &str, allowed: &[&str]) {
        let Some(value) = said(node, key) else { return };
        if let Some(text) = value.as_str().filter(|text| !allowed.contains(text)) {
            self.say(value.span, format!("{key} is {text:?}"), format!("it is one of {}", allowed.join(", ")));
        }
    }

    /// A number of a port, which may not be zero.
    fn port(&mut self, value: &Node) {
        if let Some(number) = value.as_int().filter(|number| !(1..=65535).contains(number)) {
            self.say(value.span, format!("{number} is no port"), "name one between 1 and 65535");
        }
    }

    /// A port by number or by the name that a container gives it.
    fn port_or_name(&mut self, value: &Node) {
        self.port(value);
        if let Some(text) = value.as_str().filter(|text| !is_port_name(text)) {
            self.say(value.span, format!("{text:?} is no name of a port"), PORT_NAMES);
        }
    }
}

/// What most things may be called.
const LABEL: &str = "use small letters, digits and inner hyphens, at most 63";
/// What a port of a container may be called.
const PORT_NAMES: &str = "use up to 15 small letters, digits and single inner hyphens, at least one of them a letter";

/// A field that says something.
fn said<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|value| !value.is_empty())
}

/// The text of a field that says something, and where it is.
fn words<'a>(node: &'a Node, key: &str) -> Option<(&'a str, &'a Node)> {
    said(node, key).and_then(|said| Some((said.as_str()?, said)))
}

/// The text of a field that says something.
fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    words(node, key).map(|(text, _)| text)
}

/// The items of a list that are maps.
fn items<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = &'a Node> + use<'a> {
    node.get(key).map(Node::items).unwrap_or_default().iter().filter(|item| matches!(item.value, Value::Map(_)))
}
