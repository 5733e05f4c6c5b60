//! New sessions for new connections: the protocol's own, inside TLS where the target's scheme asks for it.

use std::sync::Arc;

use meshery_core::{LoadSpec, Result};

use crate::protocol::{self, Prepared, Session, Transport};
use crate::target::Target;
use crate::tls::Tls;

/// What every connection of a load begins with.
#[derive(Clone)]
pub(super) struct Sessions {
    prepared: Arc<dyn Prepared>,
    tls: Option<Tls>,
    pub(super) transport: Transport,
}

impl Sessions {
    /// # Errors
    /// What the protocol or TLS finds wrong with the specification.
    pub(super) fn prepare(spec: &LoadSpec) -> Result<(Target, Self)> {
        let protocol = protocol::by_name(&spec.protocol)?;
        let target = Target::parse(&spec.target, protocol.schemes())?;
        let prepared = protocol.prepare(&target, spec)?;
        let sessions = Self::around(spec, &target, prepared)?;
        Ok((target, sessions))
    }

    /// Sessions of something that is prepared, as the load's own would be.
    pub(super) fn around(spec: &LoadSpec, target: &Target, prepared: Arc<dyn Prepared>) -> Result<Self> {
        let protocol = protocol::by_name(&spec.protocol)?;
        let tls = if protocol.encrypts() { None } else { Tls::prepare(spec, target, protocol.alpn())? };
        Ok(Self { prepared, tls, transport: protocol.transport() })
    }

    pub(super) fn session(&self) -> Result<Box<dyn Session>> {
        let session = self.prepared.session();
        match &self.tls {
            None => Ok(session),
            Some(tls) => tls.around(session),
        }
    }
}
