//! `result.json`: the whole result as data, by the published schema.

use meshery_core::Result;
use serde_json::Value;

use super::{Format, Subject};

/// Members whose text is a credential, wherever they stand: request headers and settings of meshes.
const CREDENTIALS: [&str; 9] = [
    "api_key",
    "authorization",
    "cookie",
    "password",
    "private_key",
    "proxy-authorization",
    "secret",
    "token",
    "x-api-key",
];

/// The whole result as data.
pub(super) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn file_name(&self) -> &'static str {
        "result.json"
    }

    fn render(&self, subject: Subject<'_>) -> Result<String> {
        let mut document = match subject {
            Subject::Comparison(comparison) => serde_json::to_value(comparison)?,
            Subject::Campaign(campaign) => serde_json::to_value(campaign)?,
        };
        redact(&mut document);
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }
}

/// A result is passed on, so what would open a door does not stand in it.
fn redact(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(members) => {
            for (name, member) in members {
                if member.is_string() && CREDENTIALS.contains(&name.to_lowercase().as_str()) {
                    *member = "[redacted]".into();
                }
                redact(member);
            }
        }
        _ => {}
    }
}
