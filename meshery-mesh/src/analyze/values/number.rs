//! Numbers that may stand in quotes.

use meshery_core::resource::{Node, Value};

/// The number that a node is, or that its text says.
pub(in crate::analyze) fn of(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Text(text) => parse(text),
        _ => None,
    }
}

/// The number that a text says in digits.
fn parse(text: &str) -> Option<f64> {
    let is_numeric = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    (text.chars().all(is_numeric) && text.contains(|c: char| c.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn in_digits_only() {
        assert_eq!(parse("50.5"), Some(50.5));
        assert_eq!(parse("-1e2"), Some(-100.0));
        for text in ["", "inf", "NaN", "e", "1.2.3", "10%", "ten"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
