//! What speaks against an operation, found before it begins. Pure: from what is wanted and what there is to advice.
//!
//! A rule is a file and a line in [`RULES`]. What a rule wants to know of users' own resources it says first
//! ([`Rule::asks_for`]), so that nothing is listed that nobody looks at.

mod authority;
mod certificates;
mod definitions;
mod downgrade;
mod ended;
mod kubernetes;
mod retired;
mod schema;
mod skew;
mod stored;

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::{Advice, AdviceCode, Credential, OperationKind, Releases};
use meshery_core::{Error, ErrorKind, GroupKind, MeshInfo, Object, ObjectId};

pub(super) use ended::ended;

use super::credentials::Pem;

/// All that advice is taken from.
pub(super) struct Matter<'a> {
    pub(super) kind: OperationKind,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    /// The mesh that it is about, where that is known.
    pub(super) mesh: Option<&'a MeshInfo>,
    pub(super) releases: &'a Releases,
    /// The version of the cluster, where it was asked.
    pub(super) kubernetes: Option<&'a str>,
    /// Definitions that become others, or are not wanted any more.
    pub(super) definitions: Vec<Definition<'a>>,
    /// Certificates that the mesh depends on.
    pub(super) credentials: Vec<Held<'a>>,
    /// What time it is by the server's clock, in seconds since 1970.
    pub(super) now: i64,
    /// Users' resources, of the kinds that were asked for.
    pub(super) resources: BTreeMap<GroupKind, Vec<Object>>,
}

/// A certificate that the mesh depends on.
pub(super) struct Held<'a> {
    pub(super) what: &'a Credential,
    /// What is kept of it; `None` where nobody has looked.
    pub(super) live: Option<Pem>,
    /// What is to be kept of it; `None` where that is not for this operation to say.
    pub(super) wanted: Option<Pem>,
}

impl Held<'_> {
    /// What will be kept of it.
    fn coming(&self) -> Option<&Pem> {
        self.wanted.as_ref().or(self.live.as_ref())
    }
}

/// A definition that is there.
pub(super) struct Definition<'a> {
    pub(super) live: &'a Object,
    /// What it is to become; `None` when it is not wanted any more.
    pub(super) wanted: Option<&'a Object>,
    /// Whether it stays all the same.
    pub(super) stays: bool,
}

impl Definition<'_> {
    /// The kind that it defines.
    fn kind(&self) -> GroupKind {
        GroupKind::new(self.live.text("/spec/group"), self.live.text("/spec/names/kind"))
    }
}

impl Matter<'_> {
    /// The resources of a kind.
    fn of(&self, kind: &GroupKind) -> &[Object] {
        self.resources.get(kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether something is put there that was not there in this version.
    fn goes_on(&self) -> bool {
        matches!(self.kind, OperationKind::Install | OperationKind::Upgrade)
    }
}

/// A rule.
struct Rule {
    #[cfg_attr(not(test), expect(dead_code, reason = "the list is sorted by it"))]
    name: &'static str,
    /// Of which kinds it wants to see what there is.
    asks_for: fn(&Matter<'_>) -> Vec<GroupKind>,
    advise: fn(&Matter<'_>) -> Vec<Advice>,
}

/// Every rule, sorted by name.
const RULES: &[Rule] = &[
    authority::RULE,
    certificates::RULE,
    definitions::RULE,
    downgrade::RULE,
    ended::RULE,
    kubernetes::RULE,
    retired::RULE,
    schema::RULE,
    skew::RULE,
    stored::RULE,
];

/// For rules that need no resources.
fn nothing(_: &Matter<'_>) -> Vec<GroupKind> {
    Vec::new()
}

/// Of which kinds it has to be seen what there is.
pub(super) fn asked_for(matter: &Matter<'_>) -> BTreeSet<GroupKind> {
    RULES.iter().flat_map(|rule| (rule.asks_for)(matter)).collect()
}

/// All advice, what blocks first.
pub(super) fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    sorted(RULES.iter().flat_map(|rule| (rule.advise)(matter)).collect())
}

/// What blocks first.
pub(super) fn sorted(mut advice: Vec<Advice>) -> Vec<Advice> {
    advice.sort_by(|a, b| b.blocks.cmp(&a.blocks).then_with(|| a.cmp(b)));
    advice
}

/// The error that an operation ends with before it begins, unless all that blocks it is accepted.
pub(super) fn refusal(advice: &[Advice], accepted: &[AdviceCode]) -> Option<Error> {
    let mut blocking = advice.iter().filter(|advice| advice.blocks && !accepted.contains(&advice.code));
    let first = blocking.next()?;
    let kind = match first.code {
        AdviceCode::SkewForbidden | AdviceCode::KubernetesTooOld => ErrorKind::VersionUnsupported,
        _ => ErrorKind::Conflict,
    };
    let way_out = if first.remedy.is_empty() { String::new() } else { format!("{}; or ", first.remedy) };
    let place = if first.code == AdviceCode::InjectedTwice { "namespaces" } else { "version" };
    let mut error = Error::new(kind, first.message.clone())
        .at(place)
        .expected(format!("{way_out}the option accept with {}", first.code));
    for object in &first.objects {
        error = error.with("object", object.to_string());
    }
    for other in blocking {
        error = error.with(other.code.to_string(), other.message.clone());
    }
    Some(error)
}

/// How many of them are named.
const NAMED: usize = 5;

/// Some of them by name, for a sentence.
fn some(objects: &[ObjectId]) -> String {
    let mut names: Vec<String> = objects.iter().take(NAMED).map(ObjectId::to_string).collect();
    if objects.len() > NAMED {
        names.push(format!("{} more", objects.len() - NAMED));
    }
    names.join(", ")
}

#[cfg(test)]
mod tests;
