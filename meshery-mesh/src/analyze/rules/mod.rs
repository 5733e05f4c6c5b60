//! The rules, one file each, listed in [`RULES`].

mod virtualservice_host_unknown;

use meshery_core::ConfigAnalyzer;

/// All rules, sorted by code.
///
/// ```
/// let codes: Vec<_> = meshery_mesh::analyze::RULES.iter().map(|rule| rule.info().code).collect();
/// assert!(codes.contains(&"MSH101".to_owned()) && codes.is_sorted());
/// ```
pub static RULES: &[&dyn ConfigAnalyzer] = &[&virtualservice_host_unknown::VirtualServiceHostUnknown];
