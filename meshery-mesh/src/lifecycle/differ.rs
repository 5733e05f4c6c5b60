//! What differs between two forms of an object, field by field. Pure.

use std::collections::BTreeMap;

use meshery_core::lifecycle::FieldChange;
use meshery_core::{GroupKind, Object};
use serde_json::{Value, json};

use super::digest;

/// By which field items of a list are told apart, where the list does not say: the first that all items have, with
/// values of their own.
const KEYS: &[&str] = &["name", "containerPort", "port", "mountPath", "type", "key", "uid"];

/// The fields that differ, sorted by their paths. Values of Secrets are digests, salted so that nobody finds a weak one
/// out by trying.
pub(super) fn fields(kind: &GroupKind, before: &Value, after: &Value, salt: &str) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare(&mut String::new(), Some(before), Some(after), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    if is_secret(kind) {
        for change in &mut found {
            hide(change, salt);
        }
    }
    found
}

/// The fields that differ between two forms in which a server has shown an object, but for what it keeps itself.
pub(super) fn shown_fields(before: &Object, after: &Object, salt: &str) -> Vec<FieldChange> {
    let kept = ["/metadata/managedFields", "/metadata/resourceVersion", "/metadata/generation", "/status"];
    let bare = |object: &Object| kept.iter().fold(object.clone(), |object, pointer| object.without(pointer));
    fields(&before.id().kind, bare(before).value(), bare(after).value(), salt)
}

/// Whether objects of this kind hold what nobody may read.
pub(super) fn is_secret(kind: &GroupKind) -> bool {
    kind.is("", "Secret")
}

fn hide(change: &mut FieldChange, salt: &str) {
    if change.path.starts_with(".data") || change.path.starts_with(".stringData") {
        change.before = change.before.take().map(|value| hidden(&value, salt));
        change.after = change.after.take().map(|value| hidden(&value, salt));
    }
}

fn hidden(value: &Value, salt: &str) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), hidden(value, salt))).collect(),
        other => format!("sha256:{}", digest::of(&json!([salt, other]))).into(),
    }
}

fn compare(path: &mut String, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<FieldChange>) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
                let step = if is_plain(name) { format!(".{name}") } else { format!(".[{name:?}]") };
                within(path, &step, old.get(name), new.get(name), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            let (old, new) = keyed(old, new);
            for key in old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))) {
                within(path, &format!("[{key}]"), old.get(key).copied(), new.get(key).copied(), found);
            }
        }
        (before, after) => {
            found.push(FieldChange { path: path.clone(), before: before.cloned(), after: after.cloned() });
        }
    }
}

fn within(path: &mut String, step: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<FieldChange>) {
    let length = path.len();
    path.push_str(step);
    compare(path, before, after, found);
    path.truncate(length);
}

/// A name that needs no quotes in a path.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

type Items<'a> = BTreeMap<String, &'a Value>;

/// Items of two lists by what tells them apart: a key that all have, or else their positions.
fn keyed<'a>(old: &'a [Value], new: &'a [Value]) -> (Items<'a>, Items<'a>) {
    for key in KEYS {
        if let (Some(old), Some(new)) = (by(old, key), by(new, key)) {
            return (old, new);
        }
    }
    let placed =
        |items: &'a [Value]| items.iter().enumerate().map(|(place, item)| (format!("{place:03}"), item)).collect();
    (placed(old), placed(new))
}

fn by<'a>(items: &'a [Value], key: &str) -> Option<Items<'a>> {
    let mut found = Items::new();
    for item in items {
        let twice = found.insert(format!("{key}={}", item.get(key)?), item);
        if twice.is_some() {
            return None;
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: &str, before: &Value, after: &Value) -> Vec<String> {
        let change = |change: FieldChange| {
            let side = |value: Option<Value>| value.map_or("nothing".into(), |value| value.to_string());
            format!("{} {} -> {}", change.path, side(change.before), side(change.after))
        };
        fields(&GroupKind::new("", kind), before, after, "salt").into_iter().map(change).collect()
    }

    #[test]
    fn items_are_compared_with_their_namesakes() {
        let before = json!({ "c": [{ "name": "a", "image": "1" }, { "name": "b" }], "args": ["x", "y"] });
        let after = json!({ "c": [{ "name": "b" }, { "name": "a", "image": "2" }, { "name": "d" }], "args": ["x"] });
        assert_eq!(
            shown("Pod", &before, &after),
            [
                r#".args[001] "y" -> nothing"#,
                r#".c[name="a"].image "1" -> "2""#,
                r#".c[name="d"] nothing -> {"name":"d"}"#,
            ]
        );
    }

    #[test]
    fn odd_names_are_quoted() {
        let (before, after) = (json!({ "l": { "a/b": "1" } }), json!({ "l": { "a/b": "2" } }));
        assert_eq!(shown("Pod", &before, &after), [r#".l.["a/b"] "1" -> "2""#]);
    }

    #[test]
    fn secrets_are_told_apart_and_not_told() {
        let (before, after) =
            (json!({ "data": { "key": "aHVudGVyMg==" } }), json!({ "data": { "key": "eA==", "new": "eQ==" } }));
        let words = shown("Secret", &before, &after).join("\n");
        assert!(words.contains(".data.key \"sha256:") && words.contains(".data.new nothing"), "{words}");
        let plain = digest::of(&"aHVudGVyMg==".into());
        assert!(!words.contains(&plain), "anybody could try: {words}");
        assert!(!words.contains("aHVudGVyMg") && !words.contains("eA==") && !words.contains("eQ=="), "{words}");
    }
}
