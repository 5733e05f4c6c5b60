//! TLS as a session around a session: whatever a protocol says is encrypted, whatever comes is decrypted, and there is no
//! room for requests before the handshake is over.

mod config;
mod session;

use std::sync::Arc;

use meshery_core::{Error, ErrorKind, LoadSpec, Result};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use crate::protocol::Session;
use crate::target::Target;
use session::TlsSession;

/// TLS for the connections of a load.
#[derive(Clone)]
pub(crate) struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Tls {
    /// `None` for a target whose scheme has no TLS.
    ///
    /// # Errors
    /// At `tls`, for certificates or keys that cannot be read or do not fit, and for settings that nothing would use.
    pub(crate) fn prepare(spec: &LoadSpec, target: &Target, alpn: &[&[u8]]) -> Result<Option<Self>> {
        if !target.scheme.tls {
            let unused = || Error::invalid("tls", "the scheme of the target has no TLS").found(target.scheme.name);
            return if spec.tls.is_some() { Err(unused()) } else { Ok(None) };
        }
        let (config, name) = Self::settings(spec, target, alpn)?;
        let name = ServerName::try_from(name.clone()).map_err(|_| {
            Error::invalid("tls.server_name", "not a name").expected("a DNS name or an IP address").found(name)
        })?;
        Ok(Some(Self { config: Arc::new(config), name }))
    }

    /// What a protocol needs that brings its own TLS: the configuration, and the name that the target must prove.
    ///
    /// # Errors
    /// At `tls`, for certificates or keys that cannot be read or do not fit.
    pub(crate) fn settings(spec: &LoadSpec, target: &Target, alpn: &[&[u8]]) -> Result<(ClientConfig, String)> {
        let settings = spec.tls.clone().unwrap_or_default();
        let name = settings.server_name.as_deref().unwrap_or(target.host()).to_owned();
        Ok((config::build(&settings, alpn).map_err(|error| error.at("tls"))?, name))
    }

    /// A TLS session with another inside.
    ///
    /// # Errors
    /// [`Tls`](ErrorKind::Tls) when the settings do not go together.
    pub(crate) fn around(&self, inner: Box<dyn Session>) -> Result<Box<dyn Session>> {
        let refuse = |error: rustls::Error| Error::new(ErrorKind::Tls, error.to_string());
        let connection = ClientConnection::new(Arc::clone(&self.config), self.name.clone()).map_err(refuse)?;
        Ok(Box::new(TlsSession::new(connection, inner)))
    }
}
