//! The tags by which Kuma 2 selects, and what they may be made of.

use meshery_core::resource::Node;

use super::check::{Flaws, list, present, text};

const SERVICE: &str = "kuma.io/service";
const PROTOCOL: &str = "kuma.io/protocol";

/// What is asked of a map of tags.
#[derive(Clone, Copy, Default)]
pub(in crate::analyze) struct Tags {
    /// There has to be a tag.
    pub(in crate::analyze) some: bool,
    /// The service has to be named.
    pub(in crate::analyze) service: bool,
    /// Nothing but the service may be named.
    pub(in crate::analyze) only_service: bool,
    /// A value may be `*`, and have slashes.
    pub(in crate::analyze) selects: bool,
    /// The protocol has to be named, as one of these.
    pub(in crate::analyze) protocols: &'static [&'static str],
    /// Tags that may not be named.
    pub(in crate::analyze) never: &'static [&'static str],
}

/// Checks a list of selectors: there is one, and each has good tags in `match`.
pub(in crate::analyze) fn selectors(spec: &Node, name: &str, wanted: Tags, flaws: &mut Flaws<'_>) {
    let items = list(spec, name);
    if items.is_empty() {
        flaws.add(
            present(spec, name).unwrap_or(spec),
            format!("{name} selects nothing"),
            "add a selector, as match: { kuma.io/service: '*' }",
        );
    }
    for item in items {
        tags(present(item, "match"), item, Tags { selects: true, ..wanted }, flaws);
    }
}

/// Checks a map of tags; what it lacks is wrong at what has it.
pub(in crate::analyze) fn tags(map: Option<&Node>, holder: &Node, wanted: Tags, flaws: &mut Flaws<'_>) {
    let at = map.unwrap_or(holder);
    let fields = at.fields();
    let fields = if map.is_some() { fields } else { &[] };
    if wanted.some && fields.is_empty() {
        flaws.add(at, "no tag is named", format!("name at least one tag, as {SERVICE}"));
        return;
    }
    let is_named = |name: &str| fields.iter().any(|field| &*field.key == name);
    if wanted.service && !is_named(SERVICE) {
        flaws.add(at, format!("the tag {SERVICE} is missing"), format!("add {SERVICE}"));
    }
    let protocol = map.map(|map| text(map, PROTOCOL)).unwrap_or_default();
    if !wanted.protocols.is_empty() && !wanted.protocols.contains(&protocol) {
        let place = map.and_then(|map| present(map, PROTOCOL)).unwrap_or(at);
        flaws.add(
            place,
            format!("the tag {PROTOCOL} is none of {}", wanted.protocols.join(", ")),
            format!("set {PROTOCOL} to one of them"),
        );
    }
    for field in fields {
        let (name, place) = (&*field.key, &field.value);
        if wanted.never.contains(&name) {
            flaws.add(place, format!("the tag {name} may not be set here"), "remove the tag");
        }
        if wanted.only_service && name != SERVICE {
            flaws.add(place, format!("destinations are chosen by {SERVICE} alone"), format!("remove {name}"));
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
        if name.is_empty() || !name.chars().all(|c| is_word(c) || c == '/') {
            flaws.add(
                place,
                format!("{name:?} is no name of a tag"),
                "use letters, digits, dots, dashes, slashes, colons and underscores",
            );
        }
        let Some(value) = place.as_str() else { continue };
        let is_good = |c: char| is_word(c) || (wanted.selects && c == '/');
        if value.is_empty() {
            flaws.add(place, format!("the tag {name} has no value"), "give it a value, or remove it");
        } else if !(value.chars().all(is_good) || (wanted.selects && value == "*")) {
            flaws.add(
                place,
                format!("{value:?} is no value of a tag"),
                "use letters, digits, dots, dashes, colons and underscores",
            );
        }
    }
}
