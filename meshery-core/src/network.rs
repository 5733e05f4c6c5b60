//! How connections are made: where to, by which name lookup, and with which trust.

use std::fmt;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How connections are made, apart from TLS.
///
/// ```
/// use meshery_core::network::{Family, Network};
///
/// let network: Network = serde_json::from_str(r#"{ "connect_to": ["127.0.0.1:15001"], "family": "ipv4" }"#).unwrap();
/// assert_eq!(network.family, Family::Ipv4);
/// network.check().unwrap();
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Where to connect in place of the target's own host and port: each `HOST:PORT`, or `unix:PATH` for a Unix socket.
    /// The target still says the name in the request and in TLS. Which of several a connection takes is the business of
    /// [`resolve`](Self::resolve).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connect_to: Vec<String>,
    /// Which addresses of a name may be used.
    #[serde(default)]
    pub family: Family,
    /// When a name is looked up.
    #[serde(default)]
    pub resolve: Resolve,
    /// After so many requests a connection is closed and a new one opened. `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_connection: Option<u64>,
}

/// Which addresses of a name may be used.
///
/// ```
/// assert_eq!(serde_json::to_string(&meshery_core::network::Family::default()).unwrap(), r#""any""#);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Family {
    /// All of them.
    #[default]
    Any,
    /// IPv4 only.
    Ipv4,
    /// IPv6 only.
    Ipv6,
}

/// When a name is looked up, and which of the addresses a connection takes.
///
/// ```
/// assert_eq!(serde_json::to_string(&meshery_core::network::Resolve::default()).unwrap(), r#""first""#);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Resolve {
    /// Once, before the load; every connection takes the first address.
    #[default]
    First,
    /// Once, before the load; connections take its addresses in turn.
    Spread,
    /// Every second, beside the load; a new connection takes the addresses of the last lookup in turn, and one that is
    /// opened when that found none ends what waits for it in [`Fate::Dns`](crate::Fate::Dns).
    Fresh,
}

impl Network {
    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the field's path as its place.
    pub fn check(&self) -> Result<()> {
        if self.requests_per_connection == Some(0) {
            let error = Error::invalid("network.requests_per_connection", "out of range");
            return Err(error.expected("at least 1, or null").found("0"));
        }
        Ok(())
    }
}

/// How TLS is spoken with a target whose scheme asks for it. By default the system's roots are trusted and the peer's
/// certificate must be valid for the target's host.
///
/// ```
/// use meshery_core::network::{Pem, Tls};
///
/// let tls: Tls = serde_json::from_str(r#"{ "ca": { "file": "ca.pem" }, "server_name": "shop.example" }"#).unwrap();
/// assert_eq!(tls.ca, Some(Pem::File("ca.pem".into())));
/// assert!(tls.verify, "verification is on unless switched off");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The only certificate authorities to trust; `None`: those of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<Pem>,
    /// The client's own identity, for mutual TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The name to ask for (SNI) and to find in the certificate; `None`: the target's host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Whether the peer's certificate is verified. Off, every measurement carries a warning that says so.
    #[serde(default = "Tls::default_verify")]
    pub verify: bool,
    /// The protocol version; `None`: the best that both sides speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<TlsVersion>,
}

impl Default for Tls {
    fn default() -> Self {
        Self { ca: None, identity: None, server_name: None, verify: true, version: None }
    }
}

impl Tls {
    fn default_verify() -> bool {
        true
    }
}

/// A version of TLS.
///
/// ```
/// use meshery_core::network::TlsVersion;
///
/// assert_eq!(serde_json::to_string(&TlsVersion::Tls13).unwrap(), r#""1.3""#);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2.
    #[serde(rename = "1.2")]
    Tls12,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    Tls13,
}

/// A certificate chain and the private key that belongs to it.
///
/// ```
/// use meshery_core::network::{Identity, Pem};
///
/// let identity = Identity { certificate: Pem::File("me.pem".into()), key: Pem::Text("secret".into()) };
/// assert!(!format!("{identity:?}").contains("secret"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The certificate, and those between it and its authority.
    pub certificate: Pem,
    /// The private key.
    pub key: Pem,
}

/// PEM text, or the file that holds it. Text may be a key, so it is not printed.
///
/// ```
/// use meshery_core::network::Pem;
///
/// let pem: Pem = serde_json::from_str(r#"{ "file": "ca.pem" }"#).unwrap();
/// assert_eq!(pem, Pem::File("ca.pem".into()));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pem {
    /// The path of a file.
    File(PathBuf),
    /// The text itself.
    Text(String),
}

impl Pem {
    /// Forgets the text; a path stays.
    pub(crate) fn hide(&mut self) {
        if let Self::Text(text) = self {
            *text = crate::secrets::HIDDEN.into();
        }
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Text(_) => f.write_str("Text(..)"),
        }
    }
}
