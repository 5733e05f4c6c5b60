//! Allowances in a file of their own: a list of what may be, and where.
//!
//! ```yaml
//! - rules: [MSH101]
//!   resources: ["VirtualService shop/*"]
//!   files: ["legacy/*"]
//!   until: 2027-01-31
//!   reason: the Services are elsewhere
//! ```

use std::sync::Arc;

use meshery_core::analyzer::Location;
use meshery_core::resource::{File, Node, Value};
use meshery_core::{Error, Result};

use super::grammar::day_of;
use super::{Allowance, Place, Reach, Said, is_known};
use crate::analyze::yaml::Texts;
use crate::analyze::{Source, yaml};

/// What an entry may say.
const KEYS: [&str; 5] = ["files", "reason", "resources", "rules", "until"];

pub(super) fn read(list: &Source, errors: &mut Vec<Error>) -> Vec<Allowance> {
    let mut found = Vec::new();
    let (file, documents) = yaml::open(list, &mut Texts::default());
    for document in documents {
        let root = match document {
            Ok(root) => root,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        if !matches!(root.value, Value::List(_) | Value::Null) {
            let error = Error::invalid(file.place(root.span), "this is no list of allowances");
            errors.push(error.expected("- rules: [CODE]").found(root.value.type_name()));
        }
        for item in root.items() {
            match entry(&file, item) {
                Ok(allowance) => found.push(allowance),
                Err(error) => errors.push(error),
            }
        }
    }
    found
}

fn entry(list: &Arc<File>, item: &Node) -> Result<Allowance> {
    let wrong = |node: &Node, message: &str| Error::invalid(list.place(node.span), message);
    if let Some(field) = item.fields().iter().find(|field| !KEYS.contains(&&*field.key)) {
        let error = wrong(&field.value, "an allowance has no such field").found(&*field.key);
        return Err(error.expected(format!("one of {}", KEYS.join(", "))));
    }
    // One alone need be no list.
    let texts = |key: &str| -> Result<Vec<String>> {
        let one = |node: &Node| {
            let text = node.as_str().map(str::to_owned);
            text.ok_or_else(|| wrong(node, "this is no text").expected(key).found(node.value.type_name()))
        };
        match item.get(key) {
            None | Some(Node { value: Value::Null, .. }) => Ok(Vec::new()),
            Some(Node { value: Value::List(items), .. }) => items.iter().map(one).collect(),
            Some(node) => Ok(vec![one(node)?]),
        }
    };
    let codes = texts("rules")?;
    if codes.is_empty() {
        return Err(wrong(item, "an allowance names no rule").expected("rules: [CODE]"));
    }
    if let Some(unknown) = codes.iter().find(|code| !is_known(code)) {
        return Err(wrong(item, "there is no such rule").found(unknown));
    }
    let until = match item.get("until") {
        None | Some(Node { value: Value::Null, .. }) => None,
        Some(node) => {
            let no_day = || wrong(node, "until is no day").expected("as 2027-01-31").found(list.slice(node.span));
            Some(node.as_str().and_then(day_of).ok_or_else(no_day)?)
        }
    };
    let reason = item.get("reason").and_then(Node::as_str).unwrap_or_default().trim().to_owned();
    let location = Location { file: Arc::clone(list).into(), span: list.region(item.span) };
    Ok(Allowance {
        said: Said { codes, reason, until, no_day: None },
        reach: Reach::Named { resources: texts("resources")?, files: texts("files")? },
        place: Place::File(location),
    })
}
