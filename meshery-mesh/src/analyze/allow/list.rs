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
use meshery_core::resource::{File, Node};
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
    let texts = |key: &str| -> Vec<String> {
        let items = item.get(key).map(Node::items).unwrap_or_default().iter();
        items.filter_map(Node::as_str).map(Into::into).collect()
    };
    let codes = texts("rules");
    if codes.is_empty() {
        return Err(wrong(item, "an allowance names no rule").expected("rules: [CODE]"));
    }
    if let Some(unknown) = codes.iter().find(|code| !is_known(code)) {
        return Err(wrong(item, "there is no such rule").found(unknown));
    }
    let until = match item.get("until").and_then(Node::as_str) {
        None => None,
        Some(text) => {
            let day = day_of(text);
            Some(day.ok_or_else(|| wrong(item, "until is no day").expected("as 2027-01-31").found(text))?)
        }
    };
    let reason = item.get("reason").and_then(Node::as_str).unwrap_or_default().trim().to_owned();
    let location = Location { file: Arc::clone(list).into(), span: list.region(item.span) };
    Ok(Allowance {
        said: Said { codes, reason, until },
        reach: Reach::Named { resources: texts("resources"), files: texts("files") },
        place: Place::File(location),
    })
}
