//! Names and values of headers.

use meshery_core::resource::{Field, Node};

use super::read::{list, part};
use super::report::{Idea, Report};

/// Where the parts of an expression `%VAR(["a", "b"])%` of a value begin and end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Literal,
    Name,
    Arguments,
    Quote,
    Text,
    Comma,
    Close,
    End,
}

/// Whether a name is of characters that istiod lets names of headers have: those of HTTP, and the comma.
pub(super) fn is_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+,-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_allowed)
}

/// Whether a name is of letters, digits, hyphens and, perhaps, underscores.
pub(super) fn is_plain_name(name: &str, underscores: bool) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || (underscores && byte == b'_');
    !name.is_empty() && name.bytes().all(is_allowed)
}

/// Whether a name means the authority of a request.
pub(super) fn is_authority(name: &str) -> bool {
    name.eq_ignore_ascii_case(":authority") || name.eq_ignore_ascii_case("host")
}

#[expect(clippy::match_same_arms, reason = "the arms are cases of their own, in this order")]
/// Whether every expression of a value is whole: `%NAME%`, `%NAME(a)%` or `%%`.
fn is_whole(value: &str) -> bool {
    let mut bytes = value.bytes().peekable();
    let mut state = State::Literal;
    while let Some(byte) = bytes.next() {
        state = match (state, byte) {
            (State::Literal, b'%') => match bytes.peek() {
                None => return false,
                Some(b'%') => {
                    bytes.next();
                    State::Literal
                }
                Some(_) => State::Name,
            },
            (State::Name | State::End, b'%') => State::Literal,
            (State::Name, b'(') => State::Arguments,
            (State::Arguments, b'[') | (State::Comma, b',') => State::Quote,
            (State::Quote, b'"') => State::Text,
            (State::Text, b'\\') => {
                if bytes.next().is_none() {
                    return false;
                }
                State::Text
            }
            (State::Text | State::Close, b')') => State::End,
            (State::Text, b'"') => State::Comma,
            (State::Comma, b']') => State::Close,
            (State::Literal | State::Name | State::Text, _) => state,
            (_, b' ') => state,
            (State::Arguments, _) => State::Text,
            _ => return false,
        };
    }
    state == State::Literal
}

impl Report<'_> {
    /// What is done with the headers of requests and answers.
    pub(super) fn headers(&mut self, owner: &Node) {
        let Some(headers) = part(owner, "headers") else { return };
        for (side, request) in [("request", true), ("response", false)] {
            let Some(side) = part(headers, side) else { continue };
            for change in ["add", "set"] {
                for field in side.get(change).map(Node::fields).unwrap_or_default() {
                    self.changed(field, request);
                }
            }
            for name in list(side, "remove") {
                if let Some(problem) = name.as_str().and_then(|name| fixed(name, false)) {
                    self.say(Idea::Header, name, problem, "name a header that may be changed");
                }
            }
        }
    }

    fn changed(&mut self, field: &Field, request: bool) {
        if let Some(problem) = fixed(&field.key, request) {
            self.say_key(Idea::Header, field, problem, "name a header that may be changed");
        }
        let Some(value) = field.value.as_str() else { return };
        if value.bytes().any(|byte| (byte < b' ' && byte != b'\t') || byte == 0x7f) {
            let help = "write it without characters that cannot be seen";
            self.say(Idea::Header, &field.value, "the value of a header has a control character", help);
        } else if !is_whole(value) {
            let message = format!("the value {value:?} of a header has an expression that does not end");
            self.say(Idea::Header, &field.value, message, "write %% for a percent sign, %NAME% for an expression");
        }
    }
}

/// Why a header cannot be changed.
fn fixed(name: &str, authority: bool) -> Option<String> {
    if name.is_empty() {
        return Some("a header has no name".into());
    }
    let is_internal = name.starts_with(':') || name.eq_ignore_ascii_case("host");
    (is_internal && !(authority && is_authority(name))).then(|| format!("the header {name:?} cannot be changed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_end() {
        for value in ["", "a", "%HOSTNAME%", "100%%", "a %A(b)% c", r#"%A(["a", "b"])%"#, "%A(b) %"] {
            assert!(is_whole(value), "{value}");
        }
        for value in ["%", "a%1", "%A%%", "%A(b)c%", r#"%A(["a" b])%"#, "%A(", r"%A(\"] {
            assert!(!is_whole(value), "{value}");
        }
    }
}
