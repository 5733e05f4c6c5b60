//! Certificates that a mesh depends on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::object::ObjectId;

/// A certificate with its key that a mesh depends on. The engine finds it again where it is kept, makes it where the mesh
/// lets it be given and there is none, and looks at it before an upgrade: at its dates, at its key, and at who trusts it.
///
/// ```
/// use meshery_core::ObjectId;
/// use meshery_core::lifecycle::{Credential, Place};
///
/// let kept = |name: &str| Place::new(ObjectId::new("", "Secret", Some("mesh"), "issuer"), name);
/// let issuer = Credential {
///     name: "issuer".into(),
///     reason: "the certificate of every proxy follows from it".into(),
///     subject: "identity.mesh.cluster.local".into(),
///     issues: true,
///     certificate: kept("/data/tls.crt").set_by("identity.certificate"),
///     key: kept("/data/tls.key").set_by("identity.key"),
///     anchors: kept("/data/ca.crt").set_by("identity.anchors"),
/// };
/// assert_eq!(issuer.places().len(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// What it is called.
    pub name: String,
    /// What depends on it.
    pub reason: String,
    /// The DNS name that it stands for.
    pub subject: String,
    /// Whether it issues certificates itself. Then everything that runs depends on it, and nobody makes it anew.
    pub issues: bool,
    /// Where its certificate is, with those that lead from it to an anchor.
    pub certificate: Place,
    /// Where its key is.
    pub key: Place,
    /// Where the certificates are that those who meet it trust.
    pub anchors: Place,
}

impl Credential {
    /// Its parts: certificate, key, anchors.
    pub fn places(&self) -> [&Place; 3] {
        [&self.certificate, &self.key, &self.anchors]
    }
}

/// Where PEM is kept on a cluster: as it is, or in base64 as in Secrets and webhooks.
///
/// ```
/// use meshery_core::ObjectId;
/// use meshery_core::lifecycle::Place;
///
/// let roots = ObjectId::new("", "ConfigMap", Some("linkerd"), "linkerd-identity-trust-roots");
/// let place = Place::new(roots, "/data/ca-bundle.crt").set_by("identity.trust_anchors");
/// assert_eq!(place.setting.as_deref(), Some("identity.trust_anchors"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// In which object.
    pub object: ObjectId,
    /// Where in it, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The setting of the mesh that puts it there, names with dots between; none where the mesh sees to it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
}

impl Place {
    /// A place that the mesh itself sees to.
    pub fn new(object: ObjectId, pointer: impl Into<String>) -> Self {
        Self { object, pointer: pointer.into(), setting: None }
    }

    /// What is there is what this setting says.
    #[must_use]
    pub fn set_by(self, setting: impl Into<String>) -> Self {
        Self { setting: Some(setting.into()), ..self }
    }
}
