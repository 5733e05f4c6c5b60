//! What Secrets hold. It is looked at, and never said.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meshery_core::resource::{Node, Resource, Value};

/// The content of a Secret.
pub(in crate::analyze) struct Content<'a> {
    secret: &'a Resource,
    /// Whether `stringData` counts, as it does for the API server.
    texts: bool,
}

impl<'a> Content<'a> {
    /// As the API server takes it.
    pub(in crate::analyze) fn of(secret: &'a Resource) -> Self {
        Self { secret, texts: true }
    }

    /// As istioctl takes it, which knows only `data`.
    pub(in crate::analyze) fn of_data(secret: &'a Resource) -> Self {
        Self { secret, texts: false }
    }

    /// What stands under a key, unless that is empty or cannot be read.
    pub(in crate::analyze) fn get(&self, key: &str) -> Option<Vec<u8>> {
        let text = self.secret.text(&["stringData", key]).filter(|_| self.texts).map(|text| text.as_bytes().to_vec());
        let found = text.or_else(|| decode(self.secret.root.at(&["data", key])?));
        found.filter(|content| !content.is_empty())
    }

    /// Its keys.
    pub(in crate::analyze) fn keys(&self) -> impl Iterator<Item = &'a str> {
        let parts = if self.texts { ["data", "stringData"].as_slice() } else { &["data"] };
        let maps = parts.iter().filter_map(|part| self.secret.root.get(part));
        maps.flat_map(Node::fields).map(|field| &*field.key)
    }

    /// Whether the API server would take it.
    pub(in crate::analyze) fn is_sound(&self) -> bool {
        let fields = self.secret.root.get("data").map(Node::fields).unwrap_or_default();
        fields.iter().all(|field| decode(&field.value).is_some())
    }
}

fn decode(node: &Node) -> Option<Vec<u8>> {
    match &node.value {
        Value::Null => Some(Vec::new()),
        Value::Text(text) => {
            let text: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
            STANDARD.decode(text).ok()
        }
        _ => None,
    }
}
