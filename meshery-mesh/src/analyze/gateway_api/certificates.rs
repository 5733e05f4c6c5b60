//! What certificates in Secrets and ConfigMaps are good for. They are looked at, and nothing of a Secret is ever said.

use std::time::Duration;

use meshery_core::resource::Resource;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;
use x509_parser::pem::Pem;

use super::hostnames::overlap;
use crate::analyze::kinds::SECRET;
use crate::analyze::kubernetes::Content;
use crate::pki::{Certificate, is_key_of};

/// What is wrong, and what to do.
pub(in crate::analyze) type Flaw = (&'static str, &'static str);

const NO_PAIR: Flaw =
    ("has no certificate with its key", "put the certificate under \"tls.crt\", and its key under \"tls.key\"");
const NO_CERTIFICATE: Flaw =
    ("has something that is no certificate under \"tls.crt\"", "put a certificate there, in PEM");
const NO_KEY: Flaw = ("has something that is no key under \"tls.key\"", "put a private key there, in PEM");
const OTHER_KEY: Flaw = ("has a key that is not that of its certificate", "put the key there with which it was issued");
const EXPIRED: Flaw = ("has a certificate that is valid no longer", "renew it");
const TOO_EARLY: Flaw = ("has a certificate that is not valid yet", "use one that is valid now");
const NO_AUTHORITY: Flaw = ("has nothing under \"ca.crt\"", "put the certificates of the authority there, in PEM");
const BROKEN_AUTHORITY: Flaw =
    ("has something that is no certificate under \"ca.crt\"", "put the certificates of the authority there, in PEM");

/// What keeps a Secret from being the certificate of a server or client.
pub(in crate::analyze) fn flaw(secret: &Resource, now: Option<Duration>) -> Option<Flaw> {
    let content = Content::of(secret);
    let (Some(certificate), Some(key)) = (content.get("tls.crt"), content.get("tls.key")) else {
        return Some(NO_PAIR);
    };
    let Ok(certificates) = Certificate::read(&String::from_utf8_lossy(&certificate)) else {
        return Some(NO_CERTIFICATE);
    };
    let first = certificates.first()?;
    let key = String::from_utf8_lossy(&key);
    if !key.contains("-----BEGIN ") {
        return Some(NO_KEY);
    }
    if is_key_of(&key, first) == Some(false) {
        return Some(OTHER_KEY);
    }
    let now = now.and_then(|now| i64::try_from(now.as_secs()).ok())?;
    if now > first.not_after {
        return Some(EXPIRED);
    }
    (now < first.not_before).then_some(TOO_EARLY)
}

/// What keeps a ConfigMap or Secret from saying whom to trust. What a ConfigMap holds as binary data is not looked at.
pub(in crate::analyze) fn ca_flaw(object: &Resource) -> Option<Flaw> {
    if object.root.at(&["binaryData", "ca.crt"]).is_some() {
        return None;
    }
    let text = if object.kind() == SECRET {
        Content::of(object).get("ca.crt").map(|content| String::from_utf8_lossy(&content).into_owned())
    } else {
        object.text(&["data", "ca.crt"]).map(str::to_owned)
    };
    match text.filter(|text| !text.trim().is_empty()) {
        None => Some(NO_AUTHORITY),
        Some(text) => Certificate::read(&text).is_err().then_some(BROKEN_AUTHORITY),
    }
}

/// The names of the first certificate under `tls.crt`; `None` where it cannot be read.
pub(in crate::analyze) fn first_names(secret: &Resource) -> Option<Vec<String>> {
    let content = Content::of(secret).get("tls.crt")?;
    let block = Pem::iter_from_buffer(&content).find_map(Result::ok)?;
    let (_, certificate) = parse_x509_certificate(&block.contents).ok()?;
    let extension = certificate.subject_alternative_name().ok().flatten();
    let all = extension.map(|extension| &extension.value.general_names);
    let names = all.into_iter().flatten().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    });
    Some(names.collect())
}

/// Whether a certificate with these names is good for some name that a listener's hostname means. A wildcard of a
/// certificate stands for one label only.
pub(in crate::analyze) fn covers(names: &[String], hostname: &str) -> bool {
    let is_good = |name: &str| match (name.strip_prefix("*."), hostname.starts_with('*')) {
        (Some(parent), false) => hostname.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(parent)),
        _ => overlap(name, hostname),
    };
    names.iter().any(|name| is_good(name))
}

#[cfg(test)]
#[cfg(feature = "cluster")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::analyze::{Options, Source, analyze_with};
    use crate::pki::{Authority, Name, Subject};

    /// The codes that are found of a listener for this hostname with this certificate and key, at this time.
    fn codes(hostname: &str, certificate: &str, key: &str, now: Option<Duration>) -> Vec<String> {
        let listener = json!({
            "name": "https", "port": 443, "protocol": "HTTPS", "hostname": hostname,
            "tls": { "certificateRefs": [{ "name": "shop" }] },
        });
        let gateway = json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": { "name": "a", "namespace": "b" },
            "spec": { "gatewayClassName": "istio", "listeners": [listener] },
        });
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "shop", "namespace": "b" },
            "type": "kubernetes.io/tls", "stringData": { "tls.crt": certificate, "tls.key": key },
        });
        let options =
            Options { now, closed: true, select: vec!["MSH321".into(), "MSH322".into()], ..Options::default() };
        let analysis = analyze_with(&[Source::new("a.yaml", format!("{gateway}\n---\n{secret}\n"))], &options);
        assert!(analysis.errors.is_empty(), "{:?}", analysis.errors);
        analysis.findings.into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn a_certificate_needs_its_own_key_its_own_time_and_its_own_name() {
        let authority = Authority::lasting("root").unwrap();
        let names = [Name::Dns("shop.example.com"), Name::Dns("*.example.org")];
        let subject = Subject { names: &names, ..Subject::default() };
        let (own, other) = (authority.issue(&subject).unwrap(), authority.issue(&subject).unwrap());
        let (certificate, key) = (&own.certificate_pem, &own.key_pem);
        for hostname in ["shop.example.com", "a.example.org", "*.example.org", "*.example.com"] {
            assert!(codes(hostname, certificate, key, None).is_empty(), "{hostname}");
        }
        for hostname in ["blog.example.com", "example.org", "a.b.example.org"] {
            assert_eq!(codes(hostname, certificate, key, None), ["MSH322"], "{hostname}");
        }
        let hostname = "shop.example.com";
        assert_eq!(codes(hostname, certificate, &other.key_pem, None), ["MSH321"]);
        assert_eq!(codes(hostname, certificate, key, Some(Duration::from_secs(9_000_000_000))), ["MSH321"]);
        assert_eq!(codes(hostname, certificate, key, Some(Duration::from_secs(0))), ["MSH321"]);
    }
}
