//! Regular expressions, as Go and Envoy read them.

use regex::{Error, Regex};

/// How long one may be: beyond it Envoy's programs grow too large.
const LONGEST: usize = 1024;
/// How often a part may be repeated.
const MOST_REPEATS: u32 = 1000;

/// What is wrong with a regular expression.
pub(super) fn problem(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return Some(format!("the regular expression has {} bytes, more than {LONGEST}", text.len()));
    }
    if has_own_syntax(text) {
        return None;
    }
    let Some(rewritten) = rewritten(text) else {
        return Some(format!("the regular expression {text:?} repeats what is repeated already, or too often"));
    };
    match Regex::new(&rewritten) {
        // It is too large for us, which says nothing of others.
        Ok(_) | Err(Error::CompiledTooBig(_)) => None,
        Err(_) => Some(format!("{text:?} is no regular expression that Istio can use")),
    }
}

/// A regular expression that must match the whole text, if it can be used.
pub(super) fn whole(text: &str) -> Option<Regex> {
    if text.len() > LONGEST || has_own_syntax(text) {
        return None;
    }
    Regex::new(&format!("^(?:{})$", rewritten(text)?)).ok()
}

/// Whether it uses what only Go has: quoting, octal numbers.
fn has_own_syntax(text: &str) -> bool {
    let mut escaped = false;
    text.chars().any(|c| {
        let is_own = escaped && (c == 'Q' || c == 'C' || c.is_ascii_digit());
        escaped = c == '\\' && !escaped;
        is_own
    })
}

/// The same with what Go takes as it stands written so that it is taken so here; `None` for a repetition that Go refuses.
fn rewritten(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Whether the last part was a repetition, after which there may be no other.
    let mut repeated = false;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let is_repeat = match c {
            '*' | '+' | '?' => Some(after),
            '{' => quantifier(rest)?,
            _ => None,
        };
        if let Some(after) = is_repeat {
            if repeated {
                return None;
            }
            let after = after.strip_prefix('?').unwrap_or(after);
            out.push_str(rest.get(..rest.len() - after.len()).unwrap_or_default());
            (rest, repeated) = (after, true);
            continue;
        }
        repeated = false;
        rest = match c {
            '\\' => {
                let end = after.chars().next().map_or(0, char::len_utf8);
                out.push('\\');
                out.push_str(after.get(..end).unwrap_or_default());
                after.get(end..).unwrap_or_default()
            }
            '[' => class(after, &mut out),
            '{' | '}' => {
                out.push('\\');
                out.push(c);
                after
            }
            _ => {
                out.push(c);
                after
            }
        };
    }
    Some(out)
}

#[expect(clippy::option_option, reason = "refused, or not there, or there")]
/// What follows a repetition `{2}`, `{2,}` or `{2,3}`, where it is one; `None` where it is too large.
fn quantifier(text: &str) -> Option<Option<&str>> {
    let Some((inner, after)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) else { return Some(None) };
    let (least, most) = inner.split_once(',').unwrap_or((inner, inner));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(least) || !(most.is_empty() || is_number(most)) {
        return Some(None);
    }
    let fits = |text: &str| text.is_empty() || text.parse::<u32>().is_ok_and(|times| times <= MOST_REPEATS);
    (fits(least) && fits(most)).then_some(Some(after))
}

/// Copies a class of characters up to its end, in which brackets and signs of sets stand for themselves.
fn class<'a>(text: &'a str, out: &mut String) -> &'a str {
    out.push('[');
    let mut rest = text;
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    let mut first = true;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = match c {
            ']' if !first => {
                out.push(']');
                return after;
            }
            '\\' => {
                let end = after.chars().next().map_or(0, char::len_utf8);
                out.push('\\');
                out.push_str(after.get(..end).unwrap_or_default());
                after.get(end..).unwrap_or_default()
            }
            '[' if after.starts_with(':') => {
                if let Some((name, after)) = after.split_once(":]") {
                    out.push('[');
                    out.push_str(name);
                    out.push_str(":]");
                    after
                } else {
                    out.push_str("\\[");
                    after
                }
            }
            '[' | ']' | '&' | '~' => {
                out.push('\\');
                out.push(c);
                after
            }
            _ => {
                out.push(c);
                after
            }
        };
        first = false;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_takes_is_taken() {
        let good = [
            "",
            ".*",
            "^/a/[^/]+$",
            "/{id}",
            "a{2,3}?",
            "a{,3}",
            "[[a]",
            "[]a]",
            "[[:alpha:]_]",
            "[a&&b]",
            r"\/\-\_",
            r"(?i)a",
            r"\pN",
            r"(?P<a>b)",
            r"\Qa.b\E",
            "}",
            "[^]]",
            r"[\w.-]+",
            "a??",
        ];
        for text in good {
            assert_eq!(problem(text), None, "{text}");
        }
        for text in ["*", "(", "[a", "a**", "a{1001}", "(?!a)", r"a\", "a+*", "[b-a]", &"a".repeat(1025)] {
            assert!(problem(text).is_some(), "{text}");
        }
        assert!(whole("/a.").is_some_and(|whole| whole.is_match("/ab") && !whole.is_match("/abc")));
    }
}
