//! Names and wildcards that have a name in common. A wildcard means any number of labels, but at least one; an empty text
//! means every name.

/// Whether two of them have a name in common.
pub(in crate::analyze) fn overlap(a: &str, b: &str) -> bool {
    if a.is_empty() || b.is_empty() {
        return true;
    }
    match (a.strip_prefix('*'), b.strip_prefix('*')) {
        (Some(a), Some(b)) => ends_with(a, b) || ends_with(b, a),
        (Some(end), None) => ends_with(b, end),
        (None, Some(end)) => ends_with(a, end),
        (None, None) => a.eq_ignore_ascii_case(b),
    }
}

fn ends_with(text: &str, end: &str) -> bool {
    let rest = text.len().checked_sub(end.len()).and_then(|at| text.get(at..));
    rest.is_some_and(|rest| rest.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_is_at_least_one_label() {
        for (a, b) in [("", "a.com"), ("*.com", "a.b.com"), ("*.a.com", "*.com"), ("A.com", "a.com"), ("", "*.com")] {
            assert!(overlap(a, b) && overlap(b, a), "{a} {b}");
        }
        for (a, b) in [("*.a.com", "a.com"), ("*.a.com", "*.b.com"), ("a.com", "b.com"), ("*.a.com", "ba.com")] {
            assert!(!overlap(a, b) && !overlap(b, a), "{a} {b}");
        }
    }
}
