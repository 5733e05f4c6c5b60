//! What must not reach any output: found by the name it goes by, because a value does not tell.

use serde_json::Value;

/// What stands in place of a secret.
pub const HIDDEN: &str = "***";

/// A header, field or parameter whose name has one of these in it carries a credential.
const TELLING: [&str; 12] = [
    "api-key",
    "api_key",
    "apikey",
    "authent",
    "authoriz",
    "cookie",
    "credential",
    "passw",
    "secret",
    "session",
    "token",
    "x-auth",
];

/// Whether what goes by this name is a credential.
///
/// ```
/// use meshery_core::secrets::is_telling;
///
/// assert!(is_telling("Authorization") && !is_telling("accept"));
/// ```
pub fn is_telling(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TELLING.iter().any(|telling| name.contains(telling))
}

/// Hides the credentials of a request in the words of any protocol: values below a telling name, and the second of a
/// pair whose first is a telling name, which is how headers are written.
pub(crate) fn hide(request: &mut Value) {
    match request {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                match value {
                    Value::String(text) if name == "path" => *text = without_query_secrets(text),
                    Value::String(text) if is_telling(name) => *text = HIDDEN.into(),
                    other => hide(other),
                }
            }
        }
        Value::Array(items) => match items.as_mut_slice() {
            [Value::String(name), Value::String(value)] if is_telling(name) => *value = HIDDEN.into(),
            items => items.iter_mut().for_each(hide),
        },
        _ => {}
    }
}

/// A URL or path without the values of telling query parameters, and without user information.
pub(crate) fn without_query_secrets(url: &str) -> String {
    let Some((path, query)) = url.split_once('?') else { return without_user(url) };
    let parameters: Vec<_> = query
        .split('&')
        .map(|parameter| match parameter.split_once('=') {
            Some((name, _)) if is_telling(name) => format!("{name}={HIDDEN}"),
            _ => parameter.to_owned(),
        })
        .collect();
    format!("{}?{}", without_user(path), parameters.join("&"))
}

fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{HIDDEN}{}", &rest[at..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn credentials_are_hidden_wherever_they_stand() {
        let mut request = json!({
            "headers": [["Authorization", "Bearer s3cret"], ["accept", "*/*"], ["X-Api-Key", "s3cret"]],
            "metadata": { "session-token": "s3cret", "region": "eu" },
            "path": "/a?access_token=s3cret&b=1",
        });
        hide(&mut request);
        let text = request.to_string();
        assert!(!text.contains("s3cret"), "{text}");
        assert!(text.contains("*/*") && text.contains("eu") && text.contains("b=1"), "{text}");
    }

    #[test]
    fn a_url_keeps_all_but_its_secrets() {
        for (url, hidden) in [
            ("http://a/b?c=d", "http://a/b?c=d"),
            ("http://u:p@a/b?password=x&c=d", "http://***@a/b?password=***&c=d"),
            ("http://a/b@c", "http://a/b@c"),
        ] {
            assert_eq!(without_query_secrets(url), hidden);
        }
    }
}
