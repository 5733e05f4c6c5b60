//! The rules, one file each, listed by what they are about.

mod allowances;
mod consul;
mod gateway_api;
mod istio;
mod kuma;
mod linkerd;
mod others;
mod practices;
mod schema;

use meshery_core::{Error, ErrorKind, Result};

use super::Rule;
use crate::nearest::nearest;

/// In the order of their codes.
const GROUPS: &[&[&Rule]] = &[
    allowances::RULES,
    istio::RULES,
    istio::fields::RULES,
    istio::contradictions::RULES,
    gateway_api::RULES,
    linkerd::RULES,
    kuma::RULES,
    consul::RULES,
    others::RULES,
    practices::RULES,
    schema::RULES,
];

/// All rules, sorted by code.
///
/// ```
/// let codes: Vec<_> = meshery_mesh::analyze::rules().map(|rule| rule.code).collect();
/// assert!(codes.contains(&"MSH101") && codes.is_sorted());
/// ```
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|group| group.iter().copied())
}

/// The page of the rules that answer to a name: a code, a name, or another tool's code.
///
/// ```
/// use meshery_mesh::analyze::explain;
///
/// assert!(explain("IST0109")?.starts_with("# MSH"));
/// let error = explain("MSH1O1").unwrap_err();
/// assert_eq!(error.report().expected.as_deref(), Some("MSH101"));
/// # Ok::<(), meshery_core::Error>(())
/// ```
///
/// # Errors
/// [`NotFound`](meshery_core::ErrorKind::NotFound) with the name that is nearest.
pub fn explain(name: &str) -> Result<String> {
    let pages: Vec<String> = rules().filter(|rule| rule.answers_to(name)).map(Rule::page).collect();
    if !pages.is_empty() {
        return Ok(pages.join("\n"));
    }
    let error = Error::new(ErrorKind::NotFound, "no rule answers to this name").found(name);
    let known = rules().flat_map(|rule| [rule.code, rule.name].into_iter().chain(rule.aliases.iter().copied()));
    Err(match nearest(name, known) {
        Some(near) => error.expected(near),
        None => error.expected("a code such as MSH101, a rule's name, or another tool's code"),
    })
}
