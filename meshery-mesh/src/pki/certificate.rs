//! Certificates that are there: how long they are valid, and who has signed them.

use meshery_core::{Error, ErrorKind, Result};
#[cfg(feature = "signatures")]
use rcgen::{KeyPair, PublicKeyData};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use x509_parser::parse_x509_certificate;
use x509_parser::prelude::X509Certificate;
use x509_parser::public_key::PublicKey;

/// How many signatures may lie between a certificate and its anchor.
const LONGEST: usize = 8;

/// The kind of a key, with its length in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// Of an elliptic curve.
    Curve(usize),
    Rsa(usize),
    Other,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    der: Vec<u8>,
    /// From when it is valid, in seconds since 1970.
    pub(crate) not_before: i64,
    /// Until when, in seconds since 1970.
    pub(crate) not_after: i64,
    /// Whether it may sign others.
    pub(crate) issues: bool,
}

impl Certificate {
    /// All certificates of a PEM text, in order.
    ///
    /// # Errors
    /// [`Tls`](ErrorKind::Tls) where one of them is none, or none is there.
    pub(crate) fn read(pem: &str) -> Result<Vec<Self>> {
        let broken = |reason: String| Error::new(ErrorKind::Tls, format!("no certificate: {reason}"));
        let mut certificates = Vec::new();
        for der in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let der = der.map_err(|error| broken(error.to_string()))?.to_vec();
            let (_, parsed) = parse_x509_certificate(&der).map_err(|error| broken(error.to_string()))?;
            let validity = parsed.validity();
            let (not_before, not_after) = (validity.not_before.timestamp(), validity.not_after.timestamp());
            let issues = parsed.is_ca();
            certificates.push(Self { der, not_before, not_after, issues });
        }
        if certificates.is_empty() {
            return Err(broken("there is no block of that name in the text".into()));
        }
        Ok(certificates)
    }

    /// What kind of key it is for.
    pub(crate) fn key(&self) -> Key {
        let Some(parsed) = self.parsed() else { return Key::Other };
        match parsed.public_key().parsed() {
            Ok(PublicKey::EC(point)) => Key::Curve(point.key_size()),
            Ok(PublicKey::RSA(key)) => Key::Rsa(key.key_size()),
            _ => Key::Other,
        }
    }

    /// Whether it is signed with SHA-256, by a key of an elliptic curve or of RSA.
    pub(crate) fn is_signed_with_sha256(&self) -> bool {
        let known = ["1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11"];
        self.parsed()
            .is_some_and(|parsed| known.contains(&parsed.signature_algorithm.algorithm.to_id_string().as_str()))
    }

    fn parsed(&self) -> Option<X509Certificate<'_>> {
        parse_x509_certificate(&self.der).ok().map(|(_, parsed)| parsed)
    }

    fn is_signed_by(&self, issuer: &Self) -> bool {
        let (Some(this), Some(issuer)) = (self.parsed(), issuer.parsed()) else { return false };
        issuer.is_ca() && this.issuer().as_raw() == issuer.subject().as_raw() && is_signed_with(&this, &issuer)
    }
}

#[cfg(feature = "signatures")]
fn is_signed_with(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> bool {
    certificate.verify_signature(Some(issuer.public_key())).is_ok()
}

/// Nobody can tell here: only what is certainly wrong is called so.
#[cfg(not(feature = "signatures"))]
fn is_signed_with(_: &X509Certificate<'_>, _: &X509Certificate<'_>) -> bool {
    true
}

/// Whether signatures lead from the first of these to one of the anchors, by way of the others. Dates are left to the
/// caller.
pub(crate) fn is_trusted(chain: &[Certificate], anchors: &[Certificate]) -> bool {
    let Some((first, between)) = chain.split_first() else { return false };
    let (mut last, mut steps) = (first, 0);
    loop {
        if anchors.iter().any(|anchor| anchor == last || last.is_signed_by(anchor)) {
            return true;
        }
        steps += 1;
        match between.iter().find(|next| *next != last && last.is_signed_by(next)) {
            Some(next) if steps < LONGEST => last = next,
            _ => return false,
        }
    }
}

/// Whether a key is that of a certificate; `None` for a key in a form that cannot be read here.
#[cfg(feature = "signatures")]
pub(crate) fn is_key_of(key_pem: &str, certificate: &Certificate) -> Option<bool> {
    let key = KeyPair::from_pem(key_pem).ok()?;
    Some(certificate.parsed()?.public_key().raw == key.subject_public_key_info())
}

/// Nobody can tell here.
#[cfg(not(feature = "signatures"))]
pub(crate) fn is_key_of(_: &str, _: &Certificate) -> Option<bool> {
    None
}

#[cfg(test)]
#[cfg(feature = "cluster")]
mod tests {
    use super::*;
    use crate::pki::{Authority, Subject};

    fn read(pem: &str) -> Vec<Certificate> {
        Certificate::read(pem).unwrap()
    }

    #[test]
    fn signatures_lead_to_an_anchor_or_nowhere() {
        let (one, other) = (Authority::lasting("one").unwrap(), Authority::lasting("other").unwrap());
        let subject = Subject { common_name: "issuer", ..Subject::default() };
        let issuer = one.delegate(&subject).unwrap();
        let chain = read(&issuer.certificate_pem);
        assert!(chain[0].issues && chain[0].not_before < chain[0].not_after);
        assert!(is_trusted(&chain, &read(&one.pem())));
        assert!(is_trusted(&chain, &read(&format!("{}{}", other.pem(), one.pem()))), "one of several");
        assert!(!is_trusted(&chain, &read(&other.pem())));
        assert!(!is_trusted(&chain, &[]) && !is_trusted(&[], &chain));
        assert!(is_trusted(&read(&one.pem()), &read(&one.pem())), "an anchor trusts itself");
        // Of the same name, and with another key.
        let twin = Authority::lasting("one").unwrap();
        assert!(!is_trusted(&chain, &read(&twin.pem())));
        // What does not issue signs nothing, whatever it says.
        let leaf = one.issue(&subject).unwrap();
        assert!(!read(&leaf.certificate_pem)[0].issues);
    }

    #[test]
    fn a_key_is_that_of_its_certificate_alone() {
        let authority = Authority::lasting("one").unwrap();
        let (a, b) = (authority.issue(&Subject::default()).unwrap(), authority.issue(&Subject::default()).unwrap());
        let certificate = &read(&a.certificate_pem)[0];
        assert_eq!(is_key_of(&a.key_pem, certificate), Some(true));
        assert_eq!(is_key_of(&b.key_pem, certificate), Some(false));
        assert_eq!(is_key_of("-----BEGIN EC PRIVATE KEY-----", certificate), None);
    }

    #[test]
    fn what_is_no_certificate_is_told() {
        for text in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n"] {
            assert_eq!(Certificate::read(text).unwrap_err().kind(), ErrorKind::Tls, "{text:?}");
        }
    }
}
