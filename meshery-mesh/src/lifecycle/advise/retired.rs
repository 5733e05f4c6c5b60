//! What a release does not understand any more, though the server would still take it: said by the project.

use meshery_core::lifecycle::{Advice, AdviceCode, Line, OperationKind, Retired};
use meshery_core::{GroupKind, Object, ObjectId};

use super::{Matter, Rule, schema, some};

pub(super) const RULE: Rule = Rule { name: "retired", asks_for, advise };

/// What is retired on the way.
fn on_the_way<'a>(matter: &'a Matter<'_>) -> impl Iterator<Item = (&'a Line, &'a Retired)> {
    let releases = matter.releases;
    let is_passed = |line: &&Line| {
        let (from, to) = (releases.steps(matter.from, &line.since), releases.steps(&line.since, matter.to));
        from.is_some_and(|steps| steps > 0) && to.is_some_and(|steps| steps >= 0)
    };
    let lines = releases.lines.iter().filter(|_| matter.kind == OperationKind::Upgrade).filter(is_passed);
    lines.flat_map(|line| line.retired.iter().map(move |retired| (line, retired)))
}

fn asks_for(matter: &Matter<'_>) -> Vec<GroupKind> {
    on_the_way(matter).map(|(_, retired)| retired.kind.clone()).collect()
}

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    on_the_way(matter).filter_map(|(line, retired)| used(matter, line, retired)).collect()
}

fn used(matter: &Matter<'_>, line: &Line, retired: &Retired) -> Option<Advice> {
    let path: Vec<String> = retired.field.split('/').skip(1).map(str::to_owned).collect();
    let has = |object: &&Object| schema::is_at(object.value(), &path);
    let objects: Vec<ObjectId> = matter.of(&retired.kind).iter().filter(has).map(Object::id).collect();
    if objects.is_empty() {
        return None;
    }
    let what = if retired.field.is_empty() {
        retired.kind.to_string()
    } else {
        format!("{} of {}", retired.field, retired.kind)
    };
    let message = format!("{} does not understand {what} any more, and {} has it", line.name, some(&objects));
    let remedy = format!("move to {} first", retired.instead);
    Some(Advice::new(AdviceCode::FieldRetired, message).with_remedy(remedy).about(objects))
}
