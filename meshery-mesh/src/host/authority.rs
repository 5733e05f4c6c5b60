//! A certificate authority of one installation, made in process and gone with it.

use std::time::{Duration, SystemTime};

use meshery_core::{Error, ErrorKind, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType,
};

/// How long certificates are valid: longer than any comparison, and too short to be of use to anyone.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);
/// Clocks of one machine agree, but a step backwards must not end a measurement.
const BACKDATED: Duration = Duration::from_secs(3600);

/// An authority, and what it has issued.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    issued: Vec<(String, Identity)>,
}

/// A certificate with its key: an X.509-SVID of SPIFFE, whose only name is a URI.
#[derive(Clone)]
pub(super) struct Identity {
    pub(super) certificate_pem: String,
    pub(super) key_pem: String,
    pub(super) certificate: Vec<u8>,
    pub(super) key: Vec<u8>,
}

impl Authority {
    pub(super) fn new() -> Result<Self> {
        let mut params = params("meshery local authority")?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(refused)?;
        let issuer = CertifiedIssuer::self_signed(params, key).map_err(refused)?;
        Ok(Self { issuer, issued: Vec::new() })
    }

    pub(super) fn pem(&self) -> String {
        self.issuer.pem()
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
        let mut params = params("")?;
        let uri = spiffe_id.try_into().map_err(refused)?;
        params.subject_alt_names = vec![SanType::URI(uri)];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(refused)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(refused)?;
        Ok(Identity {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            certificate: certificate.der().to_vec(),
            key: key.serialize_der(),
        })
    }
}

fn params(name: &str) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new()).map_err(refused)?;
    let now = SystemTime::now();
    params.not_before = (now - BACKDATED).into();
    params.not_after = (now + LIFETIME).into();
    params.distinguished_name = DistinguishedName::new();
    if !name.is_empty() {
        params.distinguished_name.push(DnType::CommonName, name);
    }
    Ok(params)
}

fn refused(error: rcgen::Error) -> Error {
    Error::new(ErrorKind::Tls, format!("no certificate: {error}")).because(error)
}
