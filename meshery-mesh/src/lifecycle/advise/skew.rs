//! Too many releases lie between what runs and what is wanted.

use meshery_core::lifecycle::{Advice, AdviceCode, OperationKind};

use super::{Matter, Rule, nothing};

pub(super) const RULE: Rule = Rule { name: "skew", asks_for: nothing, advise };

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    let Matter { releases, from, to, .. } = matter;
    let (Some(most), Some(steps)) = (releases.steps_up, releases.steps(from, to)) else { return Vec::new() };
    if matter.kind != OperationKind::Upgrade || steps <= i64::from(most) {
        return Vec::new();
    }
    let between = releases
        .lines
        .iter()
        .rfind(|line| releases.steps(from, &line.since).is_some_and(|steps| steps > 0 && steps <= i64::from(most)));
    let way = between.map_or_else(|| "go in smaller steps".into(), |line| format!("go to {} first", line.name));
    let message =
        format!("from {from} to {to} are {steps} lines of releases in one step, and {most} is what is supported");
    vec![
        Advice::new(AdviceCode::SkewForbidden, message)
            .blocking()
            .with_remedy(format!("{way} (see {})", releases.source)),
    ]
}
