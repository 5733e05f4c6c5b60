//! What stands for a value: the same for the same value, however its fields are ordered.

use std::fmt::Write as _;

use meshery_core::{Error, ErrorKind, Result};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The first half of the SHA-256 of a value, as 32 hexadecimal digits.
pub(super) fn of(value: &Value) -> String {
    let mut text = Vec::new();
    canonical(value, &mut text);
    of_bytes(&text)
}

pub(super) fn of_bytes(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(32);
    for byte in &Sha256::digest(bytes)[..16] {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// 32 hexadecimal digits that nobody can guess.
pub(super) fn random() -> Result<String> {
    let mut bytes = [0; 16];
    let source = rustls::crypto::ring::default_provider().secure_random;
    let refused = |_| Error::new(ErrorKind::Io, "the operating system gives no random numbers");
    source.fill(&mut bytes).map_err(refused)?;
    Ok(of_bytes(&bytes))
}

/// JSON without blanks, with the fields of every map sorted.
fn canonical(value: &Value, to: &mut Vec<u8>) {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            to.push(b'{');
            for (name, value) in sorted {
                to.extend_from_slice(Value::from(name.as_str()).to_string().as_bytes());
                to.push(b':');
                canonical(value, to);
                to.push(b',');
            }
            to.push(b'}');
        }
        Value::Array(items) => {
            to.push(b'[');
            for item in items {
                canonical(item, to);
                to.push(b',');
            }
            to.push(b']');
        }
        other => to.extend_from_slice(other.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_of_fields_does_not_matter_and_of_items_does() {
        assert_eq!(of(&json!({ "a": 1, "b": [1, 2] })), of(&json!({ "b": [1, 2], "a": 1 })));
        assert_ne!(of(&json!([1, 2])), of(&json!([2, 1])));
        assert_ne!(of(&json!({ "a": "1" })), of(&json!({ "a": 1 })));
        assert_ne!(of(&json!(["a", "b"])), of(&json!(["a\",\"b"])));
    }
}
