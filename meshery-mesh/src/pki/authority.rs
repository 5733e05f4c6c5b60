//! Authorities made in process, and what they issue.

use std::time::{Duration, SystemTime};

use meshery_core::{Error, ErrorKind, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType,
};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long certificates are valid that are needed now: longer than any comparison, and too short to be of use to anyone.
const PASSING: Lifetimes = Lifetimes { root: DAY.saturating_mul(7), issued: DAY.saturating_mul(7) };
/// The same for those that are to last: what trusts a root has to be restarted when it is replaced, and what projects
/// issue themselves is valid for a year.
const LASTING: Lifetimes = Lifetimes { root: DAY.saturating_mul(3650), issued: DAY.saturating_mul(365) };
/// Clocks of one machine agree, but a step backwards must not end a measurement.
const BACKDATED: Duration = Duration::from_secs(3600);

#[derive(Clone, Copy)]
struct Lifetimes {
    root: Duration,
    issued: Duration,
}

/// An authority: a root with a key of its own, that nobody has once this is dropped.
pub(crate) struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    lifetimes: Lifetimes,
}

/// Whom a certificate names.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Subject<'a> {
    /// The common name; none when empty.
    pub(crate) common_name: &'a str,
    /// The organization; none when empty.
    pub(crate) organization: &'a str,
    /// Alternative names.
    pub(crate) names: &'a [Name<'a>],
}

/// An alternative name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name<'a> {
    Address(std::net::IpAddr),
    Dns(&'a str),
    Uri(&'a str),
}

/// A certificate with its key, for clients and servers alike.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
    pub(crate) certificate: Vec<u8>,
    pub(crate) key: Vec<u8>,
}

impl Identity {
    /// The first certificate of a PEM text, with its key as PEM of PKCS #8.
    pub(crate) fn from_pem(certificate_pem: String, key_pem: String) -> Result<Self> {
        let broken = |error: pem::Error| Error::new(ErrorKind::Tls, format!("no certificate and key: {error}"));
        let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes()).map_err(broken)?.to_vec();
        let key = PrivatePkcs8KeyDer::from_pem_slice(key_pem.as_bytes()).map_err(broken)?;
        let key = key.secret_pkcs8_der().to_vec();
        Ok(Self { certificate_pem, key_pem, certificate, key })
    }
}

impl Authority {
    /// One for as long as this process needs it.
    pub(crate) fn new(name: &str) -> Result<Self> {
        Self::living(name, PASSING)
    }

    /// One whose certificates outlive this process.
    pub(crate) fn lasting(name: &str) -> Result<Self> {
        Self::living(name, LASTING)
    }

    fn living(name: &str, lifetimes: Lifetimes) -> Result<Self> {
        let mut params = params(&Subject { common_name: name, ..Subject::default() }, lifetimes.root)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(refused)?;
        let root = CertifiedIssuer::self_signed(params, key).map_err(refused)?;
        Ok(Self { root, lifetimes })
    }

    /// The root's certificate.
    pub(crate) fn pem(&self) -> String {
        self.root.pem()
    }

    /// A certificate for clients and servers alike.
    pub(crate) fn issue(&self, subject: &Subject<'_>) -> Result<Identity> {
        let mut params = params(subject, self.lifetimes.issued)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params)
    }

    /// A certificate that issues others itself.
    pub(crate) fn delegate(&self, subject: &Subject<'_>) -> Result<Identity> {
        let mut params = params(subject, self.lifetimes.issued)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        self.sign(params)
    }

    fn sign(&self, mut params: CertificateParams) -> Result<Identity> {
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(refused)?;
        let certificate = params.signed_by(&key, &self.root).map_err(refused)?;
        Ok(Identity {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            certificate: certificate.der().to_vec(),
            key: key.serialize_der(),
        })
    }
}

/// A key pair that stands for itself, as PEM: private and public.
pub(crate) fn key_pair() -> Result<(String, String)> {
    let key = KeyPair::generate().map_err(refused)?;
    Ok((key.serialize_pem(), key.public_key_pem()))
}

fn params(subject: &Subject<'_>, lifetime: Duration) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new()).map_err(refused)?;
    let now = SystemTime::now();
    params.not_before = (now - BACKDATED).into();
    params.not_after = (now + lifetime).into();
    params.distinguished_name = DistinguishedName::new();
    for (part, text) in [(DnType::OrganizationName, subject.organization), (DnType::CommonName, subject.common_name)] {
        if !text.is_empty() {
            params.distinguished_name.push(part, text);
        }
    }
    params.subject_alt_names = subject.names.iter().map(alternative).collect::<Result<_>>()?;
    Ok(params)
}

fn alternative(name: &Name<'_>) -> Result<SanType> {
    match name {
        Name::Address(address) => Ok(SanType::IpAddress(*address)),
        Name::Dns(name) => (*name).try_into().map(SanType::DnsName).map_err(refused),
        Name::Uri(uri) => (*uri).try_into().map(SanType::URI).map_err(refused),
    }
}

fn refused(error: rcgen::Error) -> Error {
    Error::new(ErrorKind::Tls, format!("no certificate: {error}")).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_read_back_from_its_texts() {
        let authority = Authority::new("a").unwrap();
        let made = authority.issue(&Subject { names: &[Name::Uri("spiffe://a/b")], ..Subject::default() }).unwrap();
        let chain = format!("{}{}", made.certificate_pem, authority.pem());
        let read = Identity::from_pem(chain, made.key_pem.clone()).unwrap();
        assert_eq!((read.certificate, read.key), (made.certificate, made.key));
        assert_eq!(Identity::from_pem(made.key_pem, String::new()).err().unwrap().kind(), ErrorKind::Tls);
    }
}
