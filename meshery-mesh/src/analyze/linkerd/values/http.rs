//! Headers of HTTP.

/// Whether it may be the name of a header.
pub(in crate::analyze) fn is_header_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Whether it may be the value of a header: anything but what controls a terminal, a tab aside.
pub(in crate::analyze) fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' && byte != 0x7f || byte == b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_of_headers() {
        assert!(
            is_header_name("X-Request_ID") && !is_header_name("") && !is_header_name("a b") && !is_header_name("a:")
        );
        assert!(
            is_header_value("a, b\tc") && is_header_value("") && is_header_value("\u{e9}") && !is_header_value("a\nb")
        );
    }
}
