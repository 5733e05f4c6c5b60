//! Names of hosts.

use super::address::is_ip;

/// Whether a text is a name of an object by RFC 1123: lower case letters, digits, dashes and dots, at most 253.
pub(in crate::analyze) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// Whether a text is a name by RFC 1035: a lower case letter, then letters, digits and dashes, at most 63.
pub(in crate::analyze) fn is_rfc1035_label(text: &str) -> bool {
    text.len() <= 63 && text.starts_with(|c: char| c.is_ascii_lowercase()) && is_label(text)
}

/// Whether a text is a name by RFC 1123 without dots: lower case letters, digits and inner dashes, at most 63.
pub(in crate::analyze) fn is_dns_label(text: &str) -> bool {
    text.len() <= 63 && is_label(text)
}

/// Whether a text is a name of a port as IANA gives them, in small letters: letters, digits and single inner dashes, at
/// most 15, of which one is a letter.
pub(in crate::analyze) fn is_port_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 15
        && text.bytes().all(is_plain)
        && text.split('-').all(|part| !part.is_empty())
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn is_label(text: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = text.as_bytes();
    let is_inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    is_end(bytes.first()) && is_end(bytes.last()) && bytes.iter().all(is_inner)
}

/// Whether a text is a name that DNS can resolve, in either case and with underscores, and no IP address.
pub(in crate::analyze) fn is_name(text: &str) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.len() <= 63
            && bytes.first().is_some_and(is_word)
            && bytes.iter().all(|byte| is_word(byte) || *byte == b'-')
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    name.len() <= 255 && name.split('.').all(is_label) && !is_ip(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for text in ["a", "a.b-c.d9", "0.a"] {
            assert!(is_subdomain(text) && is_name(text), "{text}");
        }
        for text in ["", ".a", "a..b", "A", "a_b", "-a", "a-", "a."] {
            assert!(!is_subdomain(text), "{text}");
        }
        assert!(is_name("Example.COM.") && is_name("a_b") && !is_name("10.0.0.1") && !is_name("hello@world"));
        assert!(is_rfc1035_label("a-1") && !is_rfc1035_label("1a") && !is_rfc1035_label(&"a".repeat(64)));
    }

    #[test]
    fn names_are_small() {
        assert!(is_subdomain("a.b-c.1") && !is_subdomain("a..b") && !is_subdomain("a.b.") && !is_subdomain("a_b"));
        assert!(is_subdomain(&"a".repeat(64)) && !is_subdomain(&"a".repeat(254)));
    }
}
