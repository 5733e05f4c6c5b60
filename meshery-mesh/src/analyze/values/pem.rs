//! Certificates as text.

use base64::Engine;

/// The label of the first block of a PEM text, such as `CERTIFICATE`; `None` where there is none, or its content is not
/// base64.
pub(in crate::analyze) fn label(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    // Headers such as `Proc-Type: 4,ENCRYPTED` may stand before the content.
    let content: String = body.lines().map(str::trim).filter(|line| !line.contains(": ")).collect();
    base64::engine::general_purpose::STANDARD.decode(content).is_ok().then_some(label)
}

/// Whether a PEM text begins with something that may be a certificate: it is readable, and no private key.
pub(in crate::analyze) fn is_certificate(text: &str) -> bool {
    label(text).is_some_and(|label| !label.ends_with("PRIVATE KEY"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks() {
        assert_eq!(
            label("# mine\n-----BEGIN CERTIFICATE-----\nAAAA\nAAA=\n-----END CERTIFICATE-----\n"),
            Some("CERTIFICATE")
        );
        assert!(!is_certificate("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----"));
        for text in ["", "123", "-----BEGIN CERTIFICATE-----\nAAAA", "-----BEGIN A-----\n!!\n-----END A-----"] {
            assert_eq!(label(text), None, "{text}");
        }
    }
}
