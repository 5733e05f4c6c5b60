//! Names and values of labels, and what else Kubernetes names like them.

use super::dns::is_subdomain;

/// How long the name of a label, or its value, may be.
const LONGEST: usize = 63;

/// Whether it is letters, digits, and inner `-`, `_`, `.`.
pub(in crate::analyze) fn is_qualified(text: &str) -> bool {
    let is_edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    is_edge(text.bytes().next())
        && is_edge(text.bytes().next_back())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Whether it is the name of a label or an annotation, for Kubernetes: with a domain before a slash, or none.
pub(in crate::analyze) fn is_key(key: &str) -> bool {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    name.len() <= LONGEST && is_qualified(name) && prefix.is_none_or(is_subdomain)
}

/// Whether it is the value of a label, for Kubernetes.
pub(in crate::analyze) fn is_value(text: &str) -> bool {
    text.is_empty() || (text.len() <= LONGEST && is_qualified(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values() {
        for key in ["a", "a.b/c_d", "A-1", "topology.istio.io/network", &format!("{}/a", "a".repeat(64))] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "-a", "a/", "/a", "a/b/c", "a_b/c", "A.b/c", &"a".repeat(64)] {
            assert!(!is_key(key), "{key}");
        }
        assert!(is_value("") && is_value("v1_2.3") && !is_value("v 1") && !is_value("-") && !is_value(&"a".repeat(64)));
    }
}
