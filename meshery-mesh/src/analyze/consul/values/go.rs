//! Simple values as Go's `strconv` reads them.

/// A truth value; `None` for what is none.
pub(in crate::analyze) fn flag(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// A whole number of 32 bits that may say its base: `8080`, `0x1f90`.
pub(in crate::analyze) fn integer(text: &str) -> Option<i32> {
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => ("-", text.get(1..)?),
        Some(b'+') => ("", text.get(1..)?),
        _ => ("", text),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.get(..2) {
        Some("0x") => (16, lower.get(2..)?),
        Some("0b") => (2, lower.get(2..)?),
        Some("0o") => (8, lower.get(2..)?),
        _ if lower.len() > 1 && lower.starts_with('0') => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i32::from_str_radix(&format!("{sign}{}", digits.replace('_', "")), base).ok()
}

#[cfg(test)]
mod tests {
    use super::{flag, integer};

    #[test]
    fn values_are_read_as_by_strconv() {
        assert_eq!((flag("True"), flag("f"), flag("yes"), flag("tRUE")), (Some(true), Some(false), None, None));
        let cases = [("8080", Some(8080)), ("0x1F90", Some(8080)), ("010", Some(8)), ("-1", Some(-1)), ("--1", None)];
        for (text, expected) in cases.into_iter().chain([("", None), ("http", None), ("1.5", None), ("0", Some(0))]) {
            assert_eq!(integer(text), expected, "{text}");
        }
    }
}
