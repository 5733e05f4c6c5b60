//! What speaks against an operation, found before it begins.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::object::ObjectId;

/// Something that speaks against an operation, or has to be known before it.
///
/// ```
/// use meshery_core::lifecycle::{Advice, AdviceCode};
///
/// let advice = Advice::new(AdviceCode::SkewForbidden, "from 1.28.10 to 1.30.3 are two minor versions in one step")
///     .blocking()
///     .with_remedy("upgrade to 1.29 first");
/// assert_eq!(advice.to_string(), "skew_forbidden: from 1.28.10 to 1.30.3 are two minor versions in one step");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// What it is, to branch on.
    pub code: AdviceCode,
    /// Whether the operation is refused for it, unless its code is among those that
    /// [`OperationOptions::accept`](super::OperationOptions::accept) names.
    pub blocks: bool,
    /// What was found.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// Which objects it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ObjectId>,
}

impl Advice {
    /// Something that has to be known, and blocks nothing.
    pub fn new(code: AdviceCode, message: impl Into<String>) -> Self {
        Self { code, blocks: false, message: message.into(), remedy: String::new(), objects: Vec::new() }
    }

    /// The operation is refused for it.
    #[must_use]
    pub fn blocking(self) -> Self {
        Self { blocks: true, ..self }
    }

    /// What to do about it.
    #[must_use]
    pub fn with_remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: remedy.into(), ..self }
    }

    /// Which objects it is about.
    #[must_use]
    pub fn about(self, objects: Vec<ObjectId>) -> Self {
        Self { objects, ..self }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// What an [`Advice`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AdviceCode {
    /// What everything that runs is trusted by would be another one.
    AuthorityReplaced,
    /// A certificate that everything depends on is no longer valid.
    CertificateExpired,
    /// A certificate that everything depends on is soon no longer valid.
    CertificateExpiring,
    /// A certificate that everything depends on cannot do what it is for: it is none, not valid yet, has another key, or
    /// is not trusted.
    CertificateInvalid,
    /// Definitions that the new release does not bring any more stay, for resources may depend on them.
    DefinitionsKept,
    /// The new release is older than what runs.
    Downgrade,
    /// Resources that are there have fields that the new release does not know any more.
    FieldRetired,
    /// Two meshes put proxies into the same pods.
    InjectedTwice,
    /// The cluster is older than what the release needs.
    KubernetesTooOld,
    /// A mesh is on the cluster only in part.
    MeshHalfThere,
    /// The project has ended.
    ProjectEnded,
    /// Too many releases lie between what runs and what is wanted.
    SkewForbidden,
    /// Resources are stored in a version of their kind that the new release does not define any more.
    StoredVersionRetired,
    /// Whoever asks for a version of a kind that the new release does not serve any more will not get it.
    VersionRetired,
    /// A webhook is asked that is not there.
    WebhookUnanswered,
    /// The server, or a webhook of it, refuses an object, as a rehearsal has shown.
    WriteRefused,
}

impl fmt::Display for AdviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As in JSON, so that what is read can be searched for.
        let text = serde_json::to_value(self).ok();
        f.write_str(text.as_ref().and_then(|text| text.as_str()).unwrap_or_default())
    }
}
