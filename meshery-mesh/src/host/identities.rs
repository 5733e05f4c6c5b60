//! The identities of one installation, gone with it: those of an authority of its own, and those that the mesh's own
//! authority gave to a process.

use meshery_core::{Error, ErrorKind, Result};

use crate::pki::{self, Authority, Identity, Name, Subject};

/// An authority, if there is one, and who is known: X.509-SVIDs of SPIFFE, whose only name is a URI.
#[derive(Default)]
pub(super) struct Identities {
    authority: Option<Authority>,
    known: Vec<(String, Identity)>,
}

impl Identities {
    /// Issues an identity under a name. The authority comes with the first one.
    pub(super) fn issue(&mut self, name: &str, spiffe_id: &str) -> Result<Identity> {
        if self.authority.is_none() {
            self.authority = Some(authority()?);
        }
        let identity = self.sign(spiffe_id)?;
        self.take(name, identity.clone());
        Ok(identity)
    }

    /// Keeps an identity that somebody else issued.
    pub(super) fn take(&mut self, name: &str, identity: Identity) {
        self.known.push((name.to_owned(), identity));
    }

    /// The root of the authority, as PEM.
    pub(super) fn root(&self) -> Result<String> {
        self.authority.as_ref().map(Authority::pem).ok_or_else(none)
    }

    /// The identity of a name.
    pub(super) fn known(&self, name: &str) -> Option<&Identity> {
        self.known.iter().find(|(known, _)| known == name).map(|(_, identity)| identity)
    }

    /// Every identity that is known.
    pub(super) fn all(&self) -> impl Iterator<Item = &Identity> {
        self.known.iter().map(|(_, identity)| identity)
    }

    /// Makes an identity that nobody keeps.
    pub(super) fn sign(&self, spiffe_id: &str) -> Result<Identity> {
        sign(self.authority.as_ref().ok_or_else(none)?, spiffe_id)
    }
}

/// The identity of an authority that nobody has ever seen.
pub(super) fn forge(spiffe_id: &str) -> Result<Identity> {
    sign(&authority()?, spiffe_id)
}

fn authority() -> Result<Authority> {
    pki::Authority::new("meshery local authority")
}

fn sign(authority: &Authority, spiffe_id: &str) -> Result<Identity> {
    authority.issue(&Subject { names: &[Name::Uri(spiffe_id)], ..Subject::default() })
}

fn none() -> Error {
    Error::new(ErrorKind::CheckFailed, "the installation has no authority of its own")
}
