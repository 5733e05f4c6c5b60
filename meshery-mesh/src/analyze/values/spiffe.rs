//! Identities: `spiffe://trust.domain/path`.

/// Why a text is no SPIFFE ID; `None` for one.
pub(in crate::analyze) fn fault(text: &str) -> Option<&'static str> {
    let Some(rest) = text.strip_prefix("spiffe://") else { return Some("it does not begin with spiffe://") };
    let (domain, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, ""));
    domain_fault(domain).or_else(|| path_fault(path))
}

/// Why a text is no trust domain; `None` for one.
pub(in crate::analyze) fn domain_fault(text: &str) -> Option<&'static str> {
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
    if text.is_empty() {
        Some("it has no trust domain")
    } else if text.chars().all(is_good) {
        None
    } else {
        Some("a trust domain has lower case letters, digits, dots, dashes and underscores only")
    }
}

/// Why a text is no path of a SPIFFE ID; `None` for one, and for none.
pub(in crate::analyze) fn path_fault(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return None;
    }
    let Some(path) = text.strip_prefix('/') else { return Some("its path does not begin with a slash") };
    let is_good = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    for segment in path.split('/') {
        if segment.is_empty() {
            return Some("its path has an empty segment, or ends with a slash");
        }
        if matches!(segment, "." | "..") {
            return Some("its path has a segment of dots");
        }
        if !segment.chars().all(is_good) {
            return Some("a path has letters, digits, dots, dashes and underscores only");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities() {
        for text in ["spiffe://a.b", "spiffe://a_b/ns/Shop/sa/web-1"] {
            assert_eq!(fault(text), None, "{text}");
        }
        for text in [
            "",
            "a.b/c",
            "spiffe://",
            "spiffe://A",
            "spiffe://a/",
            "spiffe://a//b",
            "spiffe://a/../b",
            "spiffe://a/b c",
        ] {
            assert!(fault(text).is_some(), "{text}");
        }
        assert!(path_fault("ns").is_some() && domain_fault("a b").is_some());
    }
}
