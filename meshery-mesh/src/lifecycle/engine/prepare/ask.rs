//! What is asked for, and what that means for an instance.

use meshery_core::lifecycle::{OperationKind, RevisionState};
use meshery_core::{Error, ErrorKind, InstanceSpec, Object, Result};

use crate::cluster::Discovery;
use crate::lifecycle::hooks::{self, Hook};
use crate::lifecycle::inventory::{Contents, Revision, State};

/// What is asked for.
pub(in crate::lifecycle::engine) enum Ask {
    /// To have these objects there.
    Have(Box<Have>),
    /// The same, of an instance that is there.
    Renew(Box<Have>),
    /// To have an earlier revision back; the last good one where none is named.
    Back { name: String, to: Option<u32> },
    /// To have nothing there any more.
    Gone { name: String },
}

/// Objects that shall be there.
pub(in crate::lifecycle::engine) struct Have {
    pub(in crate::lifecycle::engine) spec: InstanceSpec,
    pub(in crate::lifecycle::engine) objects: Vec<Object>,
    /// What the server knows, where that was already asked.
    pub(in crate::lifecycle::engine) discovery: Option<Discovery>,
    /// The version of the cluster, where that was already asked.
    pub(in crate::lifecycle::engine) kubernetes: Option<String>,
}

impl Ask {
    /// Of which instance.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Have(have) | Self::Renew(have) => &have.spec.name,
            Self::Back { name, .. } | Self::Gone { name } => name,
        }
    }

    /// Whether the caller has said himself what is wanted.
    pub(super) fn says_what(&self) -> bool {
        matches!(self, Self::Have(_) | Self::Renew(_))
    }

    /// What the server knows, where that was already asked.
    pub(super) fn discovery(&mut self) -> Option<Discovery> {
        match self {
            Self::Have(have) | Self::Renew(have) => have.discovery.take(),
            Self::Back { .. } | Self::Gone { .. } => None,
        }
    }

    /// The version of the cluster, where that was already asked.
    pub(super) fn kubernetes(&mut self) -> Option<String> {
        match self {
            Self::Have(have) | Self::Renew(have) => have.kubernetes.take(),
            Self::Back { .. } | Self::Gone { .. } => None,
        }
    }

    /// What that means, where this is known: what is wanted, as which kind of operation.
    pub(super) fn mean(self, state: &State, contents: &Contents) -> Result<(InstanceSpec, OperationKind, Vec<Object>)> {
        match self {
            Self::Have(have) | Self::Renew(have) => {
                let kind = if state.current().is_some() { OperationKind::Upgrade } else { OperationKind::Install };
                Ok((have.spec, kind, have.objects))
            }
            Self::Back { name, to } => {
                let target = target(state, to)?;
                let objects = state.objects(target, contents)?;
                Ok((spec_of(&name, state, Some(target)), OperationKind::Rollback, objects))
            }
            Self::Gone { name } => {
                // The objects are those of the inventory; only hooks are taken from what was wanted.
                let revision = state.pending().or(state.current());
                let objects = revision.map_or_else(|| Ok(Vec::new()), |revision| state.objects(revision, contents))?;
                let hooks = objects.into_iter().filter(|object| matches!(Hook::of(object), Ok(hooks::Kind::Hook(_))));
                Ok((spec_of(&name, state, revision), OperationKind::Uninstall, hooks.collect()))
            }
        }
    }
}

/// The revision that is gone back to.
fn target(state: &State, to: Option<u32>) -> Result<&Revision> {
    let history = || state.history().iter().map(|info| info.number.to_string()).collect::<Vec<_>>().join(", ");
    if let Some(number) = to {
        let none = || Error::invalid("revision", "there is no such revision").expected(format!("one of {}", history()));
        return state.revision(number).ok_or_else(|| none().found(number.to_string()));
    }
    // After an upgrade that failed, the one before it is still the current one.
    let is_bad = |last: &Revision| matches!(last.state, RevisionState::Failed | RevisionState::Pending);
    let wanted =
        if state.revisions.last().is_some_and(is_bad) { RevisionState::Current } else { RevisionState::Superseded };
    let target = state.revisions.iter().rev().find(|revision| revision.state == wanted);
    target.ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no revision to go back to").found(history()))
}

/// The specification that an instance was made from, as far as it is remembered.
pub(in crate::lifecycle::engine) fn spec_of(name: &str, state: &State, revision: Option<&Revision>) -> InstanceSpec {
    InstanceSpec {
        mesh: state.mesh.clone(),
        version: revision.map(|revision| revision.version.clone()).unwrap_or_default(),
        settings: revision.map(|revision| revision.settings.clone()).unwrap_or_default(),
        ..InstanceSpec::new(name, if state.namespace.is_empty() { "default" } else { &state.namespace }, vec![])
    }
}
