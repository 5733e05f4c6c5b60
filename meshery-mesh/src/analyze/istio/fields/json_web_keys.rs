//! Keys that tokens are checked with, as JSON.

use serde_json::{Map, Value};

/// What a text of keys holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// No keys.
    Wrong(String),
    /// Keys to check tokens with.
    Public,
    /// Keys to make tokens with.
    Private,
}

/// What a set of keys, or a key, is.
pub(super) fn keys(text: &str) -> Keys {
    let Ok(Value::Object(set)) = serde_json::from_str(text) else {
        return Keys::Wrong("the set of keys is no JSON".into());
    };
    let one = [Value::Object(set.clone())];
    let list: &[Value] = match set.get("keys") {
        Some(Value::Array(keys)) => keys,
        Some(_) => return Keys::Wrong("the set of keys has no list of them".into()),
        None => &one,
    };
    let mut private = false;
    for key in list {
        match key.as_object().map(is_private) {
            Some(Ok(is_private)) => private |= is_private,
            Some(Err(problem)) => return Keys::Wrong(problem),
            None => return Keys::Wrong("a key of the set is no map".into()),
        }
    }
    if private { Keys::Private } else { Keys::Public }
}

fn is_private(key: &Map<String, Value>) -> Result<bool, String> {
    let kind = key.get("kty").and_then(Value::as_str).unwrap_or_default();
    let parts: &[&str] = match kind {
        "RSA" => &["n", "e"],
        "EC" => &["crv", "x", "y"],
        "OKP" => &["crv", "x"],
        "oct" => &["k"],
        "" => return Err("a key does not say what it is: kty is missing".into()),
        _ => return Err(format!("no key is of the kind {kind:?}")),
    };
    let is_missing = |part: &&&str| key.get(**part).and_then(Value::as_str).is_none_or(str::is_empty);
    if let Some(part) = parts.iter().find(is_missing) {
        return Err(format!("a key of the kind {kind} lacks {part}"));
    }
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+/=".contains(&byte);
    let is_garbled = |part: &&&str| {
        **part != "crv" && key.get(**part).and_then(Value::as_str).is_some_and(|text| !text.bytes().all(is_base64))
    };
    if let Some(part) = parts.iter().find(is_garbled) {
        return Err(format!("{part} of a key of the kind {kind} is no base64url"));
    }
    Ok(kind == "oct" || key.contains_key("d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart() {
        assert_eq!(keys(r#"{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}]}"#), Keys::Public);
        assert_eq!(keys(r#"{"keys":[]}"#), Keys::Public);
        assert_eq!(keys(r#"{"kty":"oct","k":"AQ"}"#), Keys::Private);
        assert_eq!(keys(r#"{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ","d":"AQ"}"#), Keys::Private);
        let garbled = r#"{"kty":"RSA","n":"not a key","e":"AQAB"}"#;
        for text in ["", "[]", "{}", "{", r#"{"keys":1}"#, r#"{"keys":[{"kty":"RSA","e":"AQAB"}]}"#, garbled] {
            assert!(matches!(keys(text), Keys::Wrong(_)), "{text}");
        }
    }
}
