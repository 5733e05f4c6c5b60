//! What a Secret holds is read for what a rule needs, and shown to nobody.

use std::borrow::Cow;

use meshery_core::Resource;
use meshery_core::resource::{Node, Value};

use super::kinds::SECRET;
use super::yaml::Texts;
use super::{Source, read};

/// The fields of a Secret that say what it is, and nothing of what it holds.
const PLAIN: [&str; 5] = ["apiVersion", "immutable", "kind", "metadata", "type"];
/// Where kubectl writes all of an object once more.
const LAST: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A text of YAML with a star in the place of every byte of what its Secrets hold, so that all places stay what they are.
pub(super) fn hidden<'a>(name: &str, text: &'a str) -> Cow<'a, str> {
    if !text.contains(SECRET.name) {
        return Cow::Borrowed(text);
    }
    let read = read::one(&Source::new(name, text), &mut Texts::default());
    let mut bytes = text.as_bytes().to_vec();
    for secret in read.resources.iter().filter(|it| it.kind() == SECRET) {
        for node in held(secret) {
            cover(&mut bytes, node);
        }
    }
    // Whole characters have become stars.
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn held(secret: &Resource) -> Vec<&Node> {
    let fields = secret.root.fields().iter().filter(|field| !PLAIN.contains(&&*field.key));
    let last = secret.root.at(&["metadata", "annotations", LAST]);
    fields.map(|field| &field.value).chain(last).collect()
}

fn cover(bytes: &mut [u8], node: &Node) {
    match &node.value {
        Value::Map(fields) => fields.iter().for_each(|field| cover(bytes, &field.value)),
        Value::List(items) => items.iter().for_each(|item| cover(bytes, item)),
        _ => {
            let stretch = bytes.get_mut(node.span.range()).into_iter().flatten();
            stretch.filter(|byte| **byte != b'\n').for_each(|byte| *byte = b'*');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn what_a_secret_holds_is_covered_and_everything_else_stays() {
        let text = "{ apiVersion: v1, kind: Secret, metadata: { name: a }, stringData: { pin: 1234, word: 'h\u{e9}' } }\n---\n\
                    { apiVersion: v1, kind: Service, metadata: { name: Secret } }\n";
        let shown = hidden("a.yaml", text);
        assert_eq!(shown.len(), text.len());
        assert!(shown.contains("pin: ****, word: *****") && !shown.contains("1234"), "{shown}");
        assert!(shown.ends_with("kind: Service, metadata: { name: Secret } }\n"));
    }
}
