//! How servers of Gateways and Sidecars speak TLS.

use std::collections::BTreeMap;

use meshery_core::resource::Node;

use super::read::{choice, given, list, text, texts, told};
use super::report::{Idea, Report};

/// Suites of ciphers that Envoy may be told.
const CIPHERS: [&str; 15] = [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-SHA",
    "ECDHE-RSA-AES256-SHA",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "AES128-SHA",
    "AES256-SHA",
    "DES-CBC3-SHA",
];
/// What names a certificate, each in its way.
const CERTIFICATES: [&str; 6] =
    ["serverCertificate", "privateKey", "caCertificates", "tlsCertificates", "credentialName", "credentialNames"];

/// Whether Envoy knows it; what begins with a sign adds or removes many at once.
fn is_cipher(name: &str) -> bool {
    let is_named = name.starts_with(|c: char| c.is_alphanumeric());
    name == "ALL" || !is_named || CIPHERS.contains(&name)
}

impl Report<'_> {
    /// TLS of a server.
    pub(super) fn server_tls(&mut self, tls: &Node) {
        self.versions(tls);
        // Left out, it is the first of the list.
        let mode = choice(tls, "mode", "PASSTHROUGH");
        if mode == "ISTIO_MUTUAL" {
            for key in CERTIFICATES {
                if let Some(place) = told(tls, key) {
                    let message = format!("the mesh's own certificate is used, and {key} names another");
                    self.say(Idea::ServerTls, place, message, format!("leave {key} out, or write another mode"));
                }
            }
            return;
        }
        if ["PASSTHROUGH", "AUTO_PASSTHROUGH"].contains(&mode) {
            let place = CERTIFICATES.iter().chain(&["caCrl"]).find_map(|key| told(tls, key));
            if let Some(place) = place {
                let message = "TLS is passed through, so no certificate is looked at";
                self.say(Idea::WeakTls, place, message, "leave certificates out, or write mode: SIMPLE");
            }
        }
        let files = text(tls, "serverCertificate").is_some() && text(tls, "privateKey").is_some();
        let named =
            ["credentialName", "credentialNames", "tlsCertificates"].into_iter().filter(|key| told(tls, key).is_some());
        if named.count() + usize::from(files) > 1 {
            let message = "the certificate of a server is named in two ways";
            self.say(
                Idea::ServerTls,
                tls,
                message,
                "leave one of credentialName, credentialNames, tlsCertificates and the files",
            );
        }
        self.certificates(tls, mode);
    }

    fn certificates(&mut self, tls: &Node, mode: &str) {
        let mutual = ["MUTUAL", "OPTIONAL_MUTUAL"].contains(&mode);
        let ends = mode == "SIMPLE" || mutual;
        if ends && (told(tls, "credentialName").is_some() || told(tls, "credentialNames").is_some()) {
            return;
        }
        let several = list(tls, "tlsCertificates");
        if ends {
            let help = "write credentialName, or serverCertificate and privateKey";
            if mutual && text(tls, "caCertificates").is_none() {
                let message = "clients show certificates, and nothing says who vouches for them";
                self.say(
                    Idea::ServerTls,
                    tls,
                    message,
                    "write caCertificates, or credentialName of a Secret that has them",
                );
            }
            if let Some(place) = several.get(2) {
                self.say(Idea::WeakTls, place, "a server shows at most two certificates", "leave two of them");
            }
            let one = [tls];
            let certificates: Vec<&Node> = if several.is_empty() { one.to_vec() } else { several.iter().collect() };
            for certificate in certificates {
                let missing =
                    ["serverCertificate", "privateKey"].into_iter().find(|key| text(certificate, key).is_none());
                if let Some(key) = missing {
                    self.say(Idea::ServerTls, certificate, format!("a server ends TLS without {key}"), help);
                }
            }
        }
        let Some((_, revoked)) = text(tls, "caCrl") else { return };
        if told(tls, "credentialName").is_some() {
            let message = "which certificates are revoked is told beside credentialName";
            self.say(Idea::ServerTls, revoked, message, "put the list into the Secret");
        }
        if mode == "SIMPLE" {
            let message = "which certificates of clients are revoked is told, and they show none";
            self.say(Idea::ServerTls, revoked, message, "leave caCrl out, or write mode: MUTUAL");
        }
    }

    fn versions(&mut self, tls: &Node) {
        if let Some(place) = given(tls, "minProtocolVersion")
            && ["TLSV1_0", "TLSV1_1"].contains(&choice(tls, "minProtocolVersion", ""))
            && list(tls, "cipherSuites").is_empty()
        {
            let message = "TLS below 1.2 is allowed, of which no cipher is left by default";
            self.say(Idea::WeakTls, place, message, "write TLSV1_2, or name ciphers that older clients know");
        }
        let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
        for (name, place) in texts(tls, "cipherSuites") {
            if !is_cipher(name) {
                let help = match crate::nearest::nearest(name, CIPHERS.into_iter()) {
                    Some(near) => format!("did you mean {near:?}?"),
                    None => format!("it is one of {}", CIPHERS.join(", ")),
                };
                self.say(Idea::WeakTls, place, format!("{name:?} is no suite of ciphers, and ignored"), help);
            } else if let Some(other) = seen.insert(name, place) {
                self.twice(Idea::WeakTls, place, other, format!("{name:?} is there twice"));
            }
        }
    }
}
