//! Which prefixes cover others as istioctl sees it, which is not in everything how requests are matched: a match without a
//! method is one of GET.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use meshery_core::resource::Node;

use super::super::read::{is_null, list, part, text, whole_of};
use super::Dead;
use super::canonical::canonical;

type Conditions = BTreeMap<String, String>;

/// A match by the start of the path.
struct Prefix<'a> {
    found: &'a Node,
    start: &'a str,
    port: i64,
    method: String,
    authority: String,
    headers: Conditions,
    query: Conditions,
    without: Conditions,
}

impl<'a> Prefix<'a> {
    fn of(found: &'a Node) -> Option<Self> {
        let (prefix, _) = text(part(found, "uri")?, "prefix")?;
        let condition = |key: &str| part(found, key).map(condition).unwrap_or_default();
        let conditions = |key: &str| -> Conditions {
            let fields = found.get(key).map(Node::fields).unwrap_or_default();
            fields.iter().map(|field| (field.key.to_string(), self::condition(&field.value))).collect()
        };
        let method = condition("method");
        Some(Self {
            found,
            start: prefix,
            port: whole_of(found, "port"),
            method: if method.is_empty() { "exact:GET".into() } else { method },
            authority: condition("authority"),
            headers: conditions("headers"),
            query: conditions("queryParams"),
            without: conditions("withoutHeaders"),
        })
    }

    fn covers(&self, other: &Self) -> bool {
        self.port == other.port
            && self.method.starts_with(&other.method)
            && self.authority.starts_with(&other.authority)
            && all_begin(&self.headers, &other.headers)
            && all_begin(&self.query, &other.query)
            && all_begin(&self.without, &other.without)
    }
}

fn all_begin(one: &Conditions, other: &Conditions) -> bool {
    one.len() == other.len()
        && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| value.starts_with(other)))
}

fn condition(value: &Node) -> String {
    match (text(value, "exact"), text(value, "prefix")) {
        (Some((exact, _)), _) => format!("exact:{exact}"),
        (None, Some((prefix, _))) => format!("prefix:{prefix}"),
        (None, None) => String::new(),
    }
}

/// Matches by the start of a path that an earlier, shorter start covers.
pub(super) fn overlapping<'a>(rules: &'a [Node], dead: &mut Vec<Dead<'a>>) {
    let before_all = rules.iter().filter(|rule| !is_null(rule)).take_while(|rule| !list(rule, "match").is_empty());
    let mut seen = BTreeSet::new();
    let mut earlier: HashMap<&str, Vec<Prefix<'a>>> = HashMap::new();
    let mut lengths: BTreeSet<usize> = BTreeSet::new();
    for found in before_all.flat_map(|rule| list(rule, "match")) {
        if !seen.insert(canonical(found, "http")) {
            continue;
        }
        let Some(prefix) = Prefix::of(found) else { continue };
        let shorter = lengths.iter().take_while(|length| **length < prefix.start.len());
        let mut shorter = shorter.filter_map(|length| earlier.get(prefix.start.get(..*length)?)).flatten();
        if let Some(other) = shorter.find(|other| other.covers(&prefix)) {
            dead.push(Dead::Match { found, earlier: other.found });
        }
        lengths.insert(prefix.start.len());
        earlier.entry(prefix.start).or_default().push(prefix);
    }
}
