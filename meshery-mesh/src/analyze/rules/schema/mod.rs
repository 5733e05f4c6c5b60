//! Rules over what the definitions of kinds say: MSH901 to MSH919.

mod choice_broken;
mod field_missing;
mod field_unknown;
mod item_twice;
mod object_refused;
mod rule_broken;
mod rule_unknown;
mod type_wrong;
mod value_not_allowed;
mod value_out_of_bounds;
mod version_unknown;

use meshery_core::analyzer::{Edit, Fix, Location};
use meshery_core::{Finding, Resource, RuleInfo, Span, World};

use crate::analyze::Rule;
use crate::analyze::kinds::SECRET;
use crate::analyze::schema::{Conformance, Violation, ViolationKind};

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[
    &field_unknown::RULE,
    &type_wrong::RULE,
    &field_missing::RULE,
    &value_not_allowed::RULE,
    &value_out_of_bounds::RULE,
    &item_twice::RULE,
    &choice_broken::RULE,
    &rule_broken::RULE,
    &version_unknown::RULE,
    &rule_unknown::RULE,
    &object_refused::RULE,
];

/// What of this kind is wrong with the objects of a world.
fn found(world: &World, rule: &RuleInfo, kind: ViolationKind) -> Vec<Finding> {
    let conformance = world.view::<Conformance>();
    let of_kind =
        |violations: &'_ [Violation]| violations.iter().filter(|it| it.kind == kind).cloned().collect::<Vec<_>>();
    let all = conformance.all();
    all.flat_map(|(resource, checked)| of_kind(&checked.violations).into_iter().map(|it| finding(rule, resource, it)))
        .collect()
}

/// Whether an anchor or a tag stands before a value: it belongs to it, and says what it is or that others are the same.
fn is_marked(resource: &Resource, span: Span) -> bool {
    let before = resource.file.text.get(..span.range().start).unwrap_or_default().trim_end_matches([' ', '\t']);
    let word = before.rsplit([' ', '\t', '\n', '[', '{', ',']).next().unwrap_or_default();
    word.starts_with(['&', '!']) || resource.file.slice(span).starts_with('*')
}

fn finding(rule: &RuleInfo, resource: &Resource, violation: Violation) -> Finding {
    let finding = rule.finding(resource, violation.span, violation.message).with_help(violation.help);
    let finding = match violation.other {
        Some(other) => finding.with_related(resource, other, "the first one"),
        None => finding,
    };
    // A change would say what a Secret holds.
    if resource.kind() == SECRET {
        return finding;
    }
    let span = violation.span;
    let written = Some(resource.file.slice(span)).filter(|_| violation.lacks_quotes && !is_marked(resource, span));
    if let Some(written) = written.filter(|text| !text.is_empty()) {
        let text = format!("\"{written}\"");
        let edits = vec![Edit { location: Location::new(resource, span), text }];
        return finding.with_fix(Fix { title: "put it in quotes".into(), safe: true, edits });
    }
    match violation.meant {
        // Whoever is understood differently from then on may not want it.
        Some((span, text)) => {
            let title = format!("write {text}");
            let edits = vec![Edit { location: Location::new(resource, span), text }];
            finding.with_fix(Fix { title, safe: false, edits })
        }
        None => finding,
    }
}
