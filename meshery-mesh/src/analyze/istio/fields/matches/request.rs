//! Which requests a match takes.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use meshery_core::resource::Node;

use super::super::read::{given, is_on, part, text, texts, whole_of};
use super::super::regex;
use super::canonical::value_text;

/// Fields that are understood; a match with others covers none.
const KNOWN: [&str; 14] = [
    "name",
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
];

/// What a text must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Text<'a> {
    /// Anything, as long as it is there.
    Any,
    Exact(&'a str),
    Prefix(&'a str),
    Regex(&'a str),
}

impl<'a> Text<'a> {
    fn of(node: &'a Node) -> Self {
        let value = |key: &str| given(node, key).and_then(Node::as_str);
        match (value("exact"), value("prefix"), value("regex")) {
            (Some(text), ..) => Self::Exact(text),
            (_, Some(text), _) => Self::Prefix(text),
            (.., Some(text)) => Self::Regex(text),
            _ => Self::Any,
        }
    }
}

/// The requests of a match.
pub(super) struct Request<'a> {
    pub(super) found: &'a Node,
    pub(super) uri: Option<Text<'a>>,
    /// The same in small letters, for a path of which the case is ignored.
    pub(super) folded: Option<String>,
    /// The expression of the path, once it is needed.
    regex: OnceCell<Option<::regex::Regex>>,
    texts: [Option<Text<'a>>; 3],
    headers: BTreeMap<&'a str, Text<'a>>,
    query: BTreeMap<&'a str, Text<'a>>,
    without: BTreeMap<&'a str, String>,
    port: i64,
    labels: BTreeMap<&'a str, &'a str>,
    gateways: BTreeSet<&'a str>,
    namespace: &'a str,
    understood: bool,
}

impl<'a> Request<'a> {
    /// The requests of a match in a VirtualService for these gateways.
    pub(super) fn of(found: &'a Node, gateways: &BTreeSet<&'a str>) -> Self {
        let condition = |key: &str| part(found, key).map(Text::of);
        let conditions = |key: &str| -> BTreeMap<&'a str, Text<'a>> {
            let fields = found.get(key).map(Node::fields).unwrap_or_default();
            fields.iter().map(|field| (&*field.key, Text::of(&field.value))).collect()
        };
        let fields = |key: &str| found.get(key).map(Node::fields).unwrap_or_default().iter();
        let own: BTreeSet<&str> = texts(found, "gateways").map(|(name, _)| name).collect();
        let uri = condition("uri");
        let folded = match uri {
            Some(Text::Exact(text) | Text::Prefix(text)) if is_on(found, "ignoreUriCase") => Some(text.to_lowercase()),
            _ => None,
        };
        Self {
            found,
            uri,
            folded,
            regex: OnceCell::new(),
            texts: ["scheme", "method", "authority"].map(condition),
            headers: conditions("headers"),
            query: conditions("queryParams"),
            without: fields("withoutHeaders").map(|field| (&*field.key, value_text(&field.value))).collect(),
            port: whole_of(found, "port"),
            labels: fields("sourceLabels").filter_map(|field| Some((&*field.key, field.value.as_str()?))).collect(),
            gateways: if own.is_empty() { gateways.clone() } else { own },
            namespace: text(found, "sourceNamespace").map(|(name, _)| name).unwrap_or_default(),
            understood: found.fields().iter().all(|field| KNOWN.contains(&&*field.key)),
        }
    }

    /// Whether every request of another match is one of this one.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let all = |of: &BTreeMap<&str, Text<'_>>, other: &BTreeMap<&str, Text<'_>>| {
            of.iter().all(|(key, text)| other.get(key).is_some_and(|other| text_covers(*text, *other)))
        };
        self.understood
            && (self.port == 0 || self.port == other.port)
            && (self.namespace.is_empty() || self.namespace == other.namespace)
            && self.gateways.is_superset(&other.gateways)
            && self.labels.iter().all(|(key, value)| other.labels.get(key) == Some(value))
            && self.without.iter().all(|(key, value)| other.without.get(key) == Some(value))
            && all(&self.headers, &other.headers)
            && all(&self.query, &other.query)
            && self.texts.iter().zip(&other.texts).all(|(text, other)| match (text, other) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(text), Some(other)) => text_covers(*text, *other),
            })
            && self.covers_path(other)
    }

    #[expect(clippy::match_same_arms, reason = "the arms are cases of their own, in this order")]
    fn covers_path(&self, other: &Self) -> bool {
        match (self.uri, other.uri) {
            (None, _) => true,
            // Every path begins with a slash.
            (Some(Text::Prefix("" | "/") | Text::Regex(".*" | "/.*")), _) => true,
            (Some(Text::Any), _) | (Some(_), None | Some(Text::Any)) => false,
            (Some(Text::Regex(_)), Some(Text::Exact(path))) => other.folded.is_none() && self.regex_matches(path),
            (Some(text), Some(path)) => match (&self.folded, &other.folded) {
                (None, None) => text_covers(text, path),
                (Some(own), Some(other)) => text_covers(with(text, own), with(path, other)),
                (Some(own), None) => match path {
                    Text::Exact(path) => text_covers(with(text, own), Text::Exact(&path.to_lowercase())),
                    Text::Prefix(path) => text_covers(with(text, own), Text::Prefix(&path.to_lowercase())),
                    _ => false,
                },
                // Unless there is no case to ignore, it takes other paths as well.
                (None, Some(_)) => match text {
                    Text::Exact(own) | Text::Prefix(own) => {
                        !own.contains(char::is_alphabetic) && text_covers(text, path)
                    }
                    _ => false,
                },
            },
        }
    }

    fn regex_matches(&self, path: &str) -> bool {
        let Some(Text::Regex(text)) = self.uri else { return false };
        let regex = self.regex.get_or_init(|| regex::whole(text));
        regex.as_ref().is_some_and(|regex| regex.is_match(path))
    }
}

/// The same condition of another text.
fn with<'a>(text: Text<'a>, other: &'a str) -> Text<'a> {
    match text {
        Text::Exact(_) => Text::Exact(other),
        Text::Prefix(_) => Text::Prefix(other),
        text => text,
    }
}

/// Whether a text that is as the second one says is as the first one says.
fn text_covers(text: Text<'_>, other: Text<'_>) -> bool {
    match (text, other) {
        (Text::Any | Text::Regex(".*"), _) => true,
        (Text::Exact(text), Text::Exact(other)) | (Text::Regex(text), Text::Regex(other)) => text == other,
        (Text::Prefix(text), Text::Exact(other) | Text::Prefix(other)) => other.starts_with(text),
        (Text::Prefix(text), Text::Regex(other)) => literal(other).starts_with(text),
        (Text::Regex(text), Text::Prefix(other)) => {
            text.strip_suffix(".*").is_some_and(|start| literal(start) == start && other.starts_with(start))
        }
        _ => false,
    }
}

/// What every text begins with that an expression matches.
pub(super) fn literal(regex: &str) -> &str {
    if regex.contains('|') {
        return "";
    }
    let text = regex.strip_prefix('^').unwrap_or(regex);
    let is_special = |c: char| r"\.+*?()|[]{}^$".contains(c);
    let end = text.find(is_special).unwrap_or(text.len());
    let start = text.get(..end).unwrap_or_default();
    // A sign that says how often stands for the character before it too.
    if text.get(end..).is_some_and(|rest| rest.starts_with(['*', '?', '{'])) {
        return start.char_indices().next_back().and_then(|(at, _)| start.get(..at)).unwrap_or_default();
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_take_those_of_others() {
        let covered = [
            (Text::Prefix("/a"), Text::Exact("/ab")),
            (Text::Prefix("/a"), Text::Regex("/ab?c.*")),
            (Text::Regex("/a/.*"), Text::Prefix("/a/b")),
            (Text::Any, Text::Regex("x")),
        ];
        assert!(covered.iter().all(|(text, other)| text_covers(*text, *other)));
        let apart = [
            (Text::Prefix("/ab"), Text::Regex("/ab?c.*")),
            (Text::Regex("/a.b.*"), Text::Prefix("/a.b")),
            (Text::Exact("/a"), Text::Prefix("/a")),
            (Text::Prefix("/a"), Text::Regex("/a|/b")),
            (Text::Exact("/a"), Text::Any),
        ];
        assert!(apart.iter().all(|(text, other)| !text_covers(*text, *other)));
    }
}
