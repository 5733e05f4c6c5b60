//! Matches as text that is the same for those that match the same.

use std::fmt::Write as _;

use meshery_core::resource::{Node, Value};

use super::super::read::{part, told, whole};

/// Fields of matches whose value is a map even where it is empty.
const MESSAGES: [&str; 4] = ["uri", "scheme", "method", "authority"];

/// What a match says, without its name.
pub(super) fn canonical(found: &Node, protocol: &str) -> String {
    let fields: &[&str] = match protocol {
        "http" => &[
            "uri",
            "scheme",
            "method",
            "authority",
            "headers",
            "port",
            "sourceLabels",
            "gateways",
            "queryParams",
            "ignoreUriCase",
            "withoutHeaders",
            "sourceNamespace",
            "statPrefix",
        ],
        "tls" => {
            &["sniHosts", "destinationSubnets", "port", "sourceSubnet", "sourceLabels", "gateways", "sourceNamespace"]
        }
        _ => &["destinationSubnets", "port", "sourceSubnet", "sourceLabels", "gateways", "sourceNamespace"],
    };
    let mut text = String::new();
    for key in fields {
        let value = if MESSAGES.contains(key) { part(found, key) } else { told(found, key) };
        let Some(value) = value else { continue };
        // Writing to a String cannot fail.
        let _ = write!(text, "{key}:");
        match (*key, whole(value)) {
            ("port", Some(port)) => _ = write!(text, "{port}"),
            _ => write_value(value, &mut text, 0),
        }
        text.push(';');
    }
    text
}

/// A value of a match, its fields in order.
pub(super) fn value_text(value: &Node) -> String {
    let mut text = String::new();
    write_value(value, &mut text, 0);
    text
}

fn write_value(value: &Node, text: &mut String, depth: usize) {
    // Matches are three levels deep; what is deeper is none.
    if depth > 8 {
        return;
    }
    match &value.value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => _ = write!(text, "{value}"),
        Value::Int(number) => _ = write!(text, "{number}"),
        Value::Float(number) => _ = write!(text, "{number}"),
        Value::Text(value) => _ = write!(text, "{value:?}"),
        Value::List(items) => {
            text.push('[');
            for item in items.iter() {
                write_value(item, text, depth + 1);
                text.push(',');
            }
            text.push(']');
        }
        Value::Map(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|a, b| a.key.cmp(&b.key));
            text.push('{');
            for field in fields {
                let _ = write!(text, "{:?}:", field.key);
                write_value(&field.value, text, depth + 1);
                text.push(',');
            }
            text.push('}');
        }
    }
}
