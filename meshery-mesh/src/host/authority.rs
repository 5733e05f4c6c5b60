//! The certificate authority of one installation, gone with it.

use meshery_core::Result;

use crate::pki::{self, Identity, Name, Subject};

/// An authority, and what it has issued: X.509-SVIDs of SPIFFE, whose only name is a URI.
pub(super) struct Authority {
    root: pki::Authority,
    issued: Vec<(String, Identity)>,
}

impl Authority {
    pub(super) fn new() -> Result<Self> {
        Ok(Self { root: pki::Authority::new("meshery local authority")?, issued: Vec::new() })
    }

    pub(super) fn pem(&self) -> String {
        self.root.pem()
    }

    /// Issues an identity under a name.
    pub(super) fn issue(&mut self, name: &str, spiffe_id: &str) -> Result<Identity> {
        let identity = self.sign(spiffe_id)?;
        self.issued.push((name.to_owned(), identity.clone()));
        Ok(identity)
    }

    /// The identity that was issued under a name.
    pub(super) fn issued(&self, name: &str) -> Option<&Identity> {
        self.issued.iter().find(|(issued, _)| issued == name).map(|(_, identity)| identity)
    }

    /// Every identity that was issued.
    pub(super) fn all(&self) -> impl Iterator<Item = &Identity> {
        self.issued.iter().map(|(_, identity)| identity)
    }

    /// Makes an identity that nobody keeps.
    pub(super) fn sign(&self, spiffe_id: &str) -> Result<Identity> {
        self.root.issue(&Subject { names: &[Name::Uri(spiffe_id)], ..Subject::default() })
    }
}
