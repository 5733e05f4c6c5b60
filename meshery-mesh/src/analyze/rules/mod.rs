//! The rules, one file each, listed by what they are about.

mod allowances;
mod istio;
mod schema;

use super::Rule;

const GROUPS: &[&[&Rule]] = &[allowances::RULES, istio::RULES, schema::RULES];

/// All rules, sorted by code.
///
/// ```
/// let codes: Vec<_> = meshery_mesh::analyze::rules().map(|rule| rule.code).collect();
/// assert!(codes.contains(&"MSH101") && codes.is_sorted());
/// ```
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|group| group.iter().copied())
}
