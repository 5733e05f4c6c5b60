//! Certificates for whoever needs some.
#![allow(unreachable_pub, dead_code, reason = "shared by several test programs")]

use meshery_core::lifecycle::Credential;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use time::{Duration, OffsetDateTime};

/// A certificate, its key, and what it is trusted by, each as PEM: valid for a year.
pub fn make(credential: &Credential) -> [String; 3] {
    let now = OffsetDateTime::now_utc();
    valid(credential, now - Duration::HOUR, now + Duration::days(365))
}

/// The same, valid from one time to another.
pub fn valid(credential: &Credential, from: OffsetDateTime, to: OffsetDateTime) -> [String; 3] {
    let params = |name: &str, issues: bool| {
        let mut params = CertificateParams::new(vec![credential.subject.clone()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = if issues { IsCa::Ca(BasicConstraints::Unconstrained) } else { IsCa::NoCa };
        (params.not_before, params.not_after) = (from, to);
        params
    };
    let root = CertifiedIssuer::self_signed(params("anchor", true), KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params("issued", credential.issues).signed_by(&key, &root).unwrap();
    [certificate.pem(), key.serialize_pem(), root.pem()]
}
