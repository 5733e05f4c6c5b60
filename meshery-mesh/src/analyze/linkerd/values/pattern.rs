//! Regular expressions as Go reads them.

use regex::Regex;

/// What is wrong with a regular expression that Go would refuse. Of what only one of the two languages takes, nothing is
/// said.
pub(in crate::analyze) fn problem(text: &str) -> Option<&'static str> {
    let error = Regex::new(text).err()?.to_string();
    // Between these two Go takes everything for what it is.
    if text.contains("\\Q") {
        return None;
    }
    let known = [
        ("unclosed group", "a parenthesis is not closed"),
        ("unopened group", "a parenthesis is closed that was not opened"),
        ("repetition operator missing expression", "there is nothing to repeat"),
        ("look-around", "it looks around, which is not supported"),
        ("backreferences are not supported", "it refers back, which is not supported"),
    ];
    if error.contains("unclosed character class") && text.matches('[').count() == 1 {
        return Some("a bracket is not closed");
    }
    known.into_iter().find(|(part, _)| error.contains(part)).map(|(_, problem)| problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_takes_is_left() {
        for text in ["/a/.*", "a{", "[[]", r"\Q(\E", "(?i)a"] {
            assert_eq!(problem(text), None, "{text}");
        }
        for text in ["(", "a)", "*a", "(?=a)", r"(a)\1", "[a-z"] {
            assert!(problem(text).is_some(), "{text}");
        }
    }
}
