//! SPIFFE IDs: `spiffe://trust-domain/path`.

/// What is wrong with what follows `spiffe://`.
pub(in crate::analyze) fn problem(rest: &str) -> Option<&'static str> {
    let (domain, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, ""));
    let is_of_domain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
    if domain.is_empty() {
        return Some("it has no trust domain");
    }
    if !domain.chars().all(is_of_domain) {
        return Some("its trust domain may only have small letters, digits, dots, hyphens and underscores");
    }
    path.split('/').skip(1).find_map(|segment| match segment {
        "" => Some("its path has an empty segment"),
        "." | ".." => Some("its path has a segment of dots"),
        _ if segment.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) => None,
        _ => Some("its path may only have letters, digits, dots, hyphens and underscores"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_checked() {
        assert!(["a", "a.b/ns/x/sa/Y_1", "a_b"].into_iter().all(|id| problem(id).is_none()));
        for id in ["", "/a", "A", "a:80", "u@a", "a/", "a//b", "a/./b", "a/..", "a/b?c", "a/b#c", "a/\u{e9}"] {
            assert!(problem(id).is_some(), "{id}");
        }
    }
}
