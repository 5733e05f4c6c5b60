//! ConfigMaps and Secrets. Of a Secret only the keys are looked at.

use meshery_core::resource::{Field, Node};

use super::{Refusals, text};

/// The keys that a Secret of a type must have.
const NEEDED: [(&str, &[&str]); 4] = [
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
    ("kubernetes.io/dockercfg", &[".dockercfg"]),
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
];

pub(super) fn config_map(refusals: &mut Refusals<'_>) {
    let root = &refusals.object.root;
    let (data, binary) = (fields(root, "data"), fields(root, "binaryData"));
    keys(refusals, data.iter().chain(binary));
    for field in binary.iter().filter(|it| data.iter().any(|other| other.key == it.key)) {
        refusals.say(field.key_span, format!("{:?} is in data, too", &*field.key), "leave out one of the two");
    }
}

pub(super) fn secret(refusals: &mut Refusals<'_>) {
    let root = &refusals.object.root;
    let (data, strings) = (fields(root, "data"), fields(root, "stringData"));
    keys(refusals, data.iter().chain(strings));
    let kind = text(root, "type").unwrap_or("Opaque");
    let needed = NEEDED.iter().find(|(it, _)| *it == kind).map(|(_, keys)| *keys).unwrap_or_default();
    let has = |key: &str| data.iter().chain(strings).any(|field| *field.key == *key);
    for key in needed.iter().filter(|key| !has(key)) {
        let place = root.get("data").or_else(|| root.get("stringData")).map_or(root.span, |node| node.span);
        refusals.say(place, format!("a Secret of the type {kind} needs {key:?}"), format!("add {key}"));
    }
}

fn fields<'a>(root: &'a Node, key: &str) -> &'a [Field] {
    root.get(key).map(Node::fields).unwrap_or_default()
}

fn keys<'a>(refusals: &mut Refusals<'_>, fields: impl Iterator<Item = &'a Field>) {
    for field in fields.filter(|field| !is_key(&field.key)) {
        let help = "use letters, digits, hyphens, dots and underscores, at most 253";
        refusals.say(field.key_span, format!("{:?} is no key", &*field.key), help);
    }
}

/// A key becomes the name of a file.
fn is_key(key: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !key.is_empty() && key.len() <= 253 && key.bytes().all(is_plain) && key != "." && !key.starts_with("..")
}
