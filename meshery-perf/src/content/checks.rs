//! Looking at answers: which parts of one have to be kept for its checks, and what the checks say.

use meshery_core::response_check::{SizeCheck, Text};
use meshery_core::{Error, Fate, LoadSpec, ResponseCheck, Result};
use regex::bytes::Regex;
use serde_json::Value;

use crate::protocol::{Answer, Failure};

/// As much of a body is kept for its checks.
const MAX_BODY: usize = 1 << 20;
/// As much of what was found is said.
const MAX_FOUND: usize = 200;

/// The checks of a load, made ready.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    all: Vec<Check>,
    /// Whether there is more to look at than the status.
    inspects: bool,
    replaces_status: bool,
}

#[derive(Debug)]
enum Check {
    Status(Vec<u16>),
    Header(String, Option<Like>),
    Body(Like),
    Json(String, Option<Value>),
    Size(SizeCheck),
    /// The engine's own: it has the clock.
    Latency,
}

#[derive(Debug)]
enum Like {
    Equals(Vec<u8>),
    Contains(regex::bytes::Regex),
    Matches(regex::bytes::Regex),
}

/// What is kept of an answer for its checks.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    size: u64,
}

impl Inspection {
    /// A header has come.
    pub(crate) fn header(&mut self, name: &str, value: &[u8]) {
        self.headers.push((name.to_ascii_lowercase(), value.to_vec()));
    }

    /// A part of the body has come.
    pub(crate) fn body(&mut self, part: &[u8]) {
        self.size += part.len() as u64;
        let room = MAX_BODY - self.body.len();
        self.body.extend_from_slice(&part[..part.len().min(room)]);
    }
}

impl Checks {
    /// # Errors
    /// At `checks[N]`, for a regular expression that is none.
    pub(crate) fn compile(spec: &LoadSpec) -> Result<Self> {
        let mut compiled = Self::default();
        for (index, check) in spec.checks.iter().enumerate() {
            let check = Check::compile(check).map_err(|error| error.at(format!("checks[{index}]")))?;
            compiled.inspects |= !matches!(check, Check::Status(_) | Check::Latency);
            compiled.replaces_status |= matches!(check, Check::Status(_));
            compiled.all.push(check);
        }
        Ok(compiled)
    }

    /// Where to keep what the checks want to see; `None` when they want nothing but the status.
    pub(crate) fn inspection(&self) -> Option<Inspection> {
        self.inspects.then(Inspection::default)
    }

    /// How an answer counts. `ok` is what the protocol itself makes of its status.
    pub(crate) fn judge(&self, status: Option<u16>, ok: bool, seen: Option<&Inspection>) -> (Answer, Option<Failure>) {
        if !ok && !self.replaces_status {
            return (Answer { status, fate: Fate::Status }, None);
        }
        for (index, check) in self.all.iter().enumerate() {
            if let Some(found) = check.fault(status, seen) {
                let failure = Failure { check: index, found: found.chars().take(MAX_FOUND).collect() };
                return (Answer { status, fate: Fate::CheckFailed }, Some(failure));
            }
        }
        (Answer { status, fate: Fate::Ok }, None)
    }
}

impl Check {
    fn compile(check: &ResponseCheck) -> Result<Self> {
        Ok(match check {
            ResponseCheck::Status(codes) => Self::Status(codes.clone()),
            ResponseCheck::Header(header) => {
                let value = header.value.as_ref().map(|text| Like::compile(text, "header.value")).transpose()?;
                Self::Header(header.name.to_ascii_lowercase(), value)
            }
            ResponseCheck::Body(text) => Self::Body(Like::compile(text, "body")?),
            ResponseCheck::Json(json) => Self::Json(json.pointer.clone(), json.equals.clone()),
            ResponseCheck::Size(size) => Self::Size(*size),
            ResponseCheck::Latency(_) => Self::Latency,
            other => {
                let error = Error::new(meshery_core::ErrorKind::Unsupported, "this engine does not know the check");
                return Err(error.found(format!("{other:?}")));
            }
        })
    }

    /// What was found in place of what should have been.
    fn fault(&self, status: Option<u16>, seen: Option<&Inspection>) -> Option<String> {
        match (self, seen) {
            (Self::Status(codes), _) if status.is_some_and(|status| codes.contains(&status)) => None,
            (Self::Status(_), _) => Some(status.map_or("no status".into(), |status| format!("status {status}"))),
            (Self::Latency, _) | (_, None) => None,
            (Self::Header(name, like), Some(seen)) => header_fault(name, like.as_ref(), seen),
            (Self::Body(like), Some(seen)) => (!like.is_like(&seen.body)).then(|| text(&seen.body)),
            (Self::Json(pointer, expected), Some(seen)) => json_fault(pointer, expected.as_ref(), &seen.body),
            (Self::Size(size), Some(seen)) => {
                let fits = size.at_least.is_none_or(|least| seen.size >= least)
                    && size.at_most.is_none_or(|most| seen.size <= most);
                (!fits).then(|| format!("{} bytes", seen.size))
            }
        }
    }
}

fn header_fault(name: &str, like: Option<&Like>, seen: &Inspection) -> Option<String> {
    let mut values = seen.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value).peekable();
    let Some(first) = values.peek().map(|value| text(value)) else {
        return Some(format!("no header {name}"));
    };
    let is_like = like.is_none_or(|like| values.any(|value| like.is_like(value)));
    (!is_like).then(|| format!("{name}: {first}"))
}

fn json_fault(pointer: &str, expected: Option<&Value>, body: &[u8]) -> Option<String> {
    let Ok(json) = serde_json::from_slice::<Value>(body) else {
        return Some(format!("not JSON: {}", text(body)));
    };
    match (json.pointer(pointer), expected) {
        (None, _) => Some(format!("nothing at {pointer:?}")),
        (Some(found), Some(expected)) if found != expected => Some(found.to_string()),
        _ => None,
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_FOUND)]).into_owned()
}

impl Like {
    fn compile(text: &Text, place: &str) -> Result<Self> {
        let regex = |pattern: &str| {
            Regex::new(pattern).map_err(|error| {
                Error::invalid(format!("{place}.matches"), "not a regular expression").found(error.to_string())
            })
        };
        match text {
            Text::Equals(text) => Ok(Self::Equals(text.as_bytes().into())),
            // A literal pattern becomes the fastest substring search there is.
            Text::Contains(text) => Ok(Self::Contains(regex(&regex::escape(text))?)),
            Text::Matches(pattern) => Ok(Self::Matches(regex(pattern)?)),
            other => Err(Error::new(meshery_core::ErrorKind::Unsupported, "this engine does not know the comparison")
                .at(place)
                .found(format!("{other:?}"))),
        }
    }

    fn is_like(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Equals(text) => text == bytes,
            Self::Contains(regex) | Self::Matches(regex) => regex.is_match(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What the checks say of one answer: status 200, a header, a body.
    fn judge(check: Value, ok: bool) -> (Fate, Option<String>) {
        let spec = LoadSpec { checks: vec![serde_json::from_value(check).unwrap()], ..LoadSpec::new("http://a/") };
        let checks = Checks::compile(&spec).unwrap();
        let mut seen = checks.inspection();
        if let Some(seen) = &mut seen {
            seen.header("Server", b"envoy");
            seen.body(br#"{"items":"#);
            seen.body(br#"[{"id":7}]}"#);
        }
        let (answer, failure) = checks.judge(Some(200), ok, seen.as_ref());
        (answer.fate, failure.map(|failure| failure.found))
    }

    #[test]
    fn each_check_passes_and_fails_where_it_should() {
        for (good, bad, found) in [
            (json!({ "status": [200, 204] }), json!({ "status": [204] }), "status 200"),
            (json!({ "header": { "name": "server" } }), json!({ "header": { "name": "via" } }), "no header via"),
            (
                json!({ "header": { "name": "SERVER", "value": { "matches": "^env" } } }),
                json!({ "header": { "name": "server", "value": { "equals": "nginx" } } }),
                "server: envoy",
            ),
            (
                json!({ "body": { "contains": "[{" } }),
                json!({ "body": { "contains": "error" } }),
                r#"{"items":[{"id":7}]}"#,
            ),
            (
                json!({ "json": { "pointer": "/items/0/id", "equals": 7 } }),
                json!({ "json": { "pointer": "/items/0/id", "equals": 8 } }),
                "7",
            ),
            (
                json!({ "json": { "pointer": "/items" } }),
                json!({ "json": { "pointer": "/carts" } }),
                r#"nothing at "/carts""#,
            ),
            (json!({ "size": { "at_least": 20, "at_most": 20 } }), json!({ "size": { "at_most": 19 } }), "20 bytes"),
        ] {
            assert_eq!(judge(good.clone(), true), (Fate::Ok, None), "{good}");
            assert_eq!(judge(bad.clone(), true), (Fate::CheckFailed, Some(found.into())), "{bad}");
        }
    }

    #[test]
    fn a_status_check_replaces_the_protocols_own_rule() {
        assert_eq!(judge(json!({ "status": [200] }), false), (Fate::Ok, None));
        assert_eq!(judge(json!({ "size": { "at_least": 1 } }), false), (Fate::Status, None));
    }

    #[test]
    fn a_bad_expression_is_named_by_its_place() {
        let checks = vec![serde_json::from_value(json!({ "body": { "matches": "(" } })).unwrap()];
        let error = Checks::compile(&LoadSpec { checks, ..LoadSpec::new("http://a/") }).unwrap_err();
        assert_eq!(error.report().place.as_deref(), Some("checks[0].body.matches"));
    }

    #[test]
    fn a_huge_body_is_counted_and_not_kept() {
        let mut seen = Inspection::default();
        let part = vec![b'x'; 64 * 1024];
        (0..40).for_each(|_| seen.body(&part));
        assert_eq!((seen.body.len(), seen.size), (MAX_BODY, 40 * 64 * 1024));
    }
}
