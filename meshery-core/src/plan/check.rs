//! What must be true of an installed mesh, and how to find out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something that must be true of an installed mesh, and how to find out.
///
/// ```
/// use meshery_core::{Check, Probe};
///
/// let check = Check::new("request_passes", "A request passes through the mesh", Probe::Answers);
/// assert_eq!(check.name, "request_passes");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// A stable name.
    pub name: String,
    /// The sentence that is true when the check passes.
    pub claim: String,
    /// How to find out.
    pub probe: Probe,
}

impl Check {
    /// A check.
    pub fn new(name: impl Into<String>, claim: impl Into<String>, probe: Probe) -> Self {
        Self { name: name.into(), claim: claim.into(), probe }
    }
}

/// How to find out whether a check holds. Each probe comes with its own positive control where a mere failure could be
/// mistaken for a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "probe", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Probe {
    /// A request at the entry of the mesh is answered with a status below 400.
    Answers,
    /// The bytes between `process` and `port` are read off the wire: with `encrypted`, they are TLS and the request's
    /// secret marker is not in them; without, the marker is there in clear.
    Wire {
        /// The process that talks.
        process: String,
        /// The port it talks to.
        port: String,
        /// How the listener gets between the two.
        #[serde(default)]
        detour: Detour,
        /// What the bytes must be.
        encrypted: bool,
    },
    /// A client that presents `client` at the TLS port is answered if `admitted`, and refused otherwise: by the end of the
    /// connection, or with status 401 or 403.
    Identity {
        /// The TLS port.
        port: String,
        /// What peers of the mesh offer to speak (ALPN), by which it tells them from others; usually nothing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        alpn: Vec<String>,
        /// Who knocks.
        client: Caller,
        /// Whether it must get in.
        admitted: bool,
    },
    /// A server in place of the real one, that shows the certificate of `server` at the port a process talks to, is
    /// believed if `trusted`, and not otherwise.
    Impostor {
        /// The process that is to believe or not.
        process: String,
        /// The port it talks to; the real server's identity has the name of the process that the port belongs to.
        port: String,
        /// How the server gets into the place of the real one.
        #[serde(default)]
        detour: Detour,
        /// Whose certificate the server shows.
        server: Caller,
        /// Whether it must be believed.
        trusted: bool,
    },
}

/// How a process is led to another place than the port that it talks to, for the time of a check.
///
/// ```
/// use meshery_core::plan::Detour;
///
/// let moved: Detour = serde_json::from_str(
///     r#"{ "detour": "object", "cluster": "kubernetes", "path": "/api/v1/namespaces/shop/services/cart",
///          "patch": { "spec": { "ports": [{ "port": "${port:cart.listener}" }] } } }"#,
/// )
/// .unwrap();
/// assert_ne!(moved, Detour::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "detour", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Detour {
    /// A twin of it is started with the same configuration on fresh ports, that finds the other place there.
    #[default]
    Twin,
    /// An object that says where the port is says the other place, as it would after a move; and afterwards the real one
    /// again.
    Object {
        /// The control plane that has the object.
        cluster: String,
        /// The object's path at the API server, from `/`.
        path: String,
        /// A JSON merge patch (RFC 7386), in which a reference to the port stands for the place.
        patch: Value,
    },
}

/// Who shows himself at a port during a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "caller", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Caller {
    /// Plain text, no TLS at all.
    Plaintext,
    /// TLS without a client certificate.
    Anonymous,
    /// TLS with an identity that the plan issued.
    Known {
        /// The identity's name.
        identity: String,
    },
    /// TLS with this SPIFFE ID from the installation's own authority.
    Named {
        /// The URI subject alternative name.
        spiffe_id: String,
    },
    /// TLS with this SPIFFE ID from an authority that the mesh has never seen.
    Forged {
        /// The URI subject alternative name.
        spiffe_id: String,
    },
}

/// What a check found: an outcome is a value, not an error.
///
/// ```
/// use meshery_core::CheckOutcome;
///
/// let outcome = CheckOutcome {
///     name: "request_passes".into(),
///     claim: "A request passes through the mesh".into(),
///     passed: true,
///     evidence: "200 OK in 1.2ms".into(),
/// };
/// assert!(outcome.passed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckOutcome {
    /// The check's name.
    pub name: String,
    /// The sentence that is true when the check passes.
    pub claim: String,
    /// Whether it did.
    pub passed: bool,
    /// What was seen.
    pub evidence: String,
}
