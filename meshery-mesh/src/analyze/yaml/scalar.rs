//! What a scalar means to the Kubernetes API server, which reads YAML 1.1 with the rules of go-yaml v2.

use meshery_core::resource::Value;
use meshery_core::{Error, ErrorKind};

use super::texts::Texts;

const CORE: &str = "tag:yaml.org,2002:";

/// Resolves a scalar; `tag` is the full tag when it has one.
///
/// # Errors
/// [`ErrorKind::Syntax`] for a value that its tag does not allow.
pub(super) fn resolve(text: &str, plain: bool, tag: Option<&str>, texts: &mut Texts) -> Result<Value, Error> {
    let Some(tag) = tag else {
        return Ok(if plain { untagged(text, texts) } else { Value::Text(texts.of(text)) });
    };
    match tag.strip_prefix(CORE) {
        Some(kind @ ("bool" | "int" | "float" | "null")) => tagged(text, kind, texts),
        Some("binary") => {
            Err(Error::new(ErrorKind::Unsupported, "binary values cannot be read").found("the tag !!binary"))
        }
        _ => Ok(Value::Text(texts.of(text))),
    }
}

fn tagged(text: &str, kind: &str, texts: &mut Texts) -> Result<Value, Error> {
    match (kind, untagged(text, texts)) {
        ("bool", value @ Value::Bool(_))
        | ("null", value @ Value::Null)
        | ("int", value @ Value::Int(_))
        | ("float", value @ Value::Float(_)) => Ok(value),
        ("float", Value::Int(int)) => Ok(Value::Float(int as f64)),
        (_, value) => Err(Error::new(ErrorKind::Syntax, "a value does not fit its tag")
            .expected(format!("a !!{kind}"))
            .found(format!("{} `{text}`", value.type_name()))),
    }
}

fn untagged(text: &str, texts: &mut Texts) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        _ => number(text).unwrap_or_else(|| Value::Text(texts.of(text))),
    }
}

/// Only `+`, `-`, `.` and digits begin a number. Underscores between digits do not count, except after a point.
fn number(text: &str) -> Option<Value> {
    match text.as_bytes().first()? {
        b'.' => float(text),
        b'+' | b'-' | b'0'..=b'9' => {
            let digits = text.replace('_', "");
            integer(&digits).or_else(|| float(&digits))
        }
        _ => None,
    }
}

fn integer(text: &str) -> Option<Value> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = radix(digits);
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -magnitude } else { magnitude };
    Some(i64::try_from(value).map_or(Value::Float(value as f64), Value::Int))
}

/// `0777` is octal, as it was in YAML 1.1.
fn radix(digits: &str) -> (u32, &str) {
    let lower = |prefix: &str| digits.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    match digits {
        _ if lower("0x") => (16, &digits[2..]),
        _ if lower("0o") => (8, &digits[2..]),
        _ if lower("0b") => (2, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    }
}

fn float(text: &str) -> Option<Value> {
    let numeric = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let value: f64 = text.parse().ok().filter(|_| numeric)?;
    // Beyond the range of 64 bits Go refuses the number, and what stays is text.
    value.is_finite().then_some(Value::Float(value))
}
