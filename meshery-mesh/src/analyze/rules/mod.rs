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

use super::Rule;

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
