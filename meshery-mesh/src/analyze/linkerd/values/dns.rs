//! Names as Kubernetes takes them.

/// Whether it is a name of DNS: up to 253 characters, parts of small letters, digits and hyphens between dots.
pub(in crate::analyze) fn is_subdomain(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !part.is_empty() && !part.starts_with('-') && !part.ends_with('-') && part.bytes().all(is_inner)
    };
    text.len() <= 253 && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_small() {
        assert!(is_subdomain("a.b-c.1") && !is_subdomain("a..b") && !is_subdomain("a.b.") && !is_subdomain("a_b"));
        assert!(is_subdomain(&"a".repeat(64)) && !is_subdomain(&"a".repeat(254)));
    }
}
