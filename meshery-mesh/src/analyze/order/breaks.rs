//! What breaks on the way when the files are applied in the order in which they are given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::analyzer::order::Action;
use meshery_core::{Finding, Resource, RuleInfo, Span};

use super::changes::Object;
use super::clauses::{Clause, User};
use super::plan::Plan;

/// How many other places a finding names.
const PLACES: usize = 3;

/// All that breaks.
pub(super) fn breaks(objects: &[Object], clauses: &[Clause], plan: &Plan, rule: &RuleInfo) -> Vec<Finding> {
    let teller = Teller::new(objects, clauses, plan, rule);
    let mut findings: Vec<Finding> = clauses.iter().flat_map(|clause| teller.of_clause(clause)).collect();
    for circle in &plan.circles {
        let split: Vec<Finding> = (circle & &plan.split).iter().filter_map(|at| teller.split(*at)).collect();
        findings.extend(if split.is_empty() { teller.circle(circle).into_iter().collect() } else { split });
    }
    findings.extend(plan.unsafe_circles.iter().filter_map(|circle| teller.circle(circle)));
    findings
}

struct Teller<'a> {
    objects: &'a [Object],
    plan: &'a Plan,
    rule: &'a RuleInfo,
    /// By object, the circle that it is in.
    circles: BTreeMap<usize, usize>,
    /// By object, what it brings.
    brought: BTreeMap<usize, Vec<&'a Clause>>,
    /// By object, what it takes away.
    taken: BTreeMap<usize, Vec<&'a Clause>>,
}

impl<'a> Teller<'a> {
    fn new(objects: &'a [Object], clauses: &'a [Clause], plan: &'a Plan, rule: &'a RuleInfo) -> Self {
        let numbered = plan.circles.iter().enumerate();
        let circles = numbered.flat_map(|(number, circle)| circle.iter().map(move |at| (*at, number))).collect();
        let (mut brought, mut taken): (BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>) = Default::default();
        for clause in clauses {
            clause.gainers.iter().for_each(|at| brought.entry(*at).or_default().push(clause));
            clause.losers.iter().for_each(|at| taken.entry(*at).or_default().push(clause));
        }
        Self { objects, plan, rule, circles, brought, taken }
    }

    fn object(&self, at: usize) -> Option<&Object> {
        self.objects.get(at)
    }

    fn position(&self, at: usize) -> Option<usize> {
        self.object(at)?.position()
    }

    /// What is in a circle with what it waits for is told of once, for the circle.
    fn is_told(&self, a: usize, b: usize) -> bool {
        self.circles.get(&a).is_some_and(|circle| self.circles.get(&b) == Some(circle))
    }

    fn of_clause(&self, clause: &Clause) -> Vec<Finding> {
        let made = clause.gainers.first().and_then(|at| self.position(*at));
        let gone = clause.losers.last().and_then(|at| self.position(*at));
        let mut findings = self.used_too_soon(clause, made, gone);
        findings.extend(self.gone_too_soon(clause, made, gone));
        findings
    }

    /// Who starts to use it before there is any, and when there is none any longer.
    fn used_too_soon(&self, clause: &Clause, made: Option<usize>, gone: Option<usize>) -> Vec<Finding> {
        let (Some(maker), Some(made)) = (clause.gainers.first().copied(), made) else { return Vec::new() };
        let Some(source) = self.object(maker).and_then(|it| it.after.as_ref()) else { return Vec::new() };
        let too_soon = |user: &&User| {
            let starts = user.harm.is_at_once()
                && user.before.is_none()
                && user.object != maker
                && !self.is_told(user.object, maker);
            let position = self.position(user.object);
            starts && position.is_some_and(|at| at < made && gone.is_none_or(|gone| gone < at))
        };
        let told = clause.users.iter().filter(too_soon).filter_map(|user| {
            let (object, span) = (self.object(user.object)?.after.as_ref()?, user.after?);
            let (thing, source_name) = (clause.thing.to_string(), source.to_string());
            let when = if thing == source_name { "it is there".into() } else { format!("{source_name} brings it") };
            let message = format!("needs {thing} before {when}: {}", user.harm.until_then());
            let finding = self.rule.finding(object, span, message).as_bad_as(user.harm.severity());
            let finding = finding.with_help(format!("apply {source} first"));
            Some(finding.with_related(source, source.head(), format!("brings {}", clause.thing)))
        });
        told.collect()
    }

    /// Whoever takes it away while it is used, and before it is there again.
    fn gone_too_soon(&self, clause: &Clause, made: Option<usize>, gone: Option<usize>) -> Option<Finding> {
        let (taker, gone) = (*clause.losers.last()?, gone?);
        if made.is_some_and(|made| made < gone) {
            return None;
        }
        let suffers = |user: &&User| {
            let at = self.position(user.object);
            let until_end = user.after.is_some() && made.is_none();
            let stays = user.before.is_some() && user.after.is_some() && user.harm.is_at_once();
            let leaves_later = user.harm.is_at_once()
                && user.before.is_some()
                && user.after.is_none()
                && at.is_some_and(|at| at > gone);
            // Who came while it was there, and stays when it is not.
            let joined = user.before.is_none() && user.harm.is_at_once() && at.is_some_and(|at| at < gone);
            let told = self.is_told(user.object, taker)
                || clause.gainers.first().is_some_and(|maker| stays && self.is_told(*maker, taker));
            user.object != taker && !told && (until_end || stays || leaves_later || joined)
        };
        let users: Vec<&User> = clause.users.iter().filter(suffers).collect();
        let for_good = clause.ends_unmet() && users.iter().any(|user| user.after.is_some());
        let harm = users.iter().map(|user| user.harm).max()?;
        let taking = self.object(taker)?;
        // A policy that is taken away for good is meant to be.
        if for_good && harm == super::thing::Harm::Guard {
            return None;
        }
        let object = taking.latest()?;
        let first = self.place(users.first()?)?;
        let verb =
            if taking.change.is_some_and(|(action, _)| action == Action::Remove) { "removed" } else { "changed" };
        let (message, help) = match clause.gainers.first().and_then(|at| self.object(*at)?.after.as_ref()) {
            _ if for_good => (
                format!("takes away {}, which {} still uses", clause.thing, first.0),
                format!("keep it, or make {} use something else first", first.0),
            ),
            Some(source) => (
                format!("takes away {} before {source} brings it again, while {} uses it", clause.thing, first.0),
                format!("apply {source} before this is {verb}"),
            ),
            None => (
                format!("takes away {} while {} still uses it", clause.thing, first.0),
                format!("apply the change of {} before this is {verb}", first.0),
            ),
        };
        let severity = if for_good { harm.lasting() } else { harm.severity() };
        let span = taking.after.as_ref().map_or_else(|| object.head(), |after| after.head());
        let finding = self.rule.finding(object, span, message).with_help(help).as_bad_as(severity);
        let places = users.iter().take(PLACES).filter_map(|user| self.place(user));
        Some(places.fold(finding, |finding, (user, span)| finding.with_related(user, span, "uses it")))
    }

    /// Where a user says so: as it will be, or else as it was.
    fn place(&self, user: &User) -> Option<(&Arc<Resource>, Span)> {
        let object = self.object(user.object)?;
        match (user.after, object.after.as_ref()) {
            (Some(span), Some(after)) => Some((after, span)),
            _ => Some((object.before.as_ref()?, user.before?)),
        }
    }

    /// A change that brings what another needs and takes away what it still uses.
    fn split(&self, at: usize) -> Option<Finding> {
        let object = self.object(at)?.after.as_ref()?;
        let circle = self.plan.circles.get(*self.circles.get(&at)?)?;
        let other = |user: &&User| user.object != at && circle.contains(&user.object);
        let brought =
            self.brought.get(&at)?.iter().filter_map(|clause| {
                Some((clause, clause.users.iter().filter(other).find(|user| user.after.is_some())?))
            });
        let taken =
            self.taken.get(&at)?.iter().filter_map(|clause| {
                Some((clause, clause.users.iter().filter(other).find(|user| user.before.is_some())?))
            });
        let ((brought, after), (taken, before)) =
            (brought.min_by_key(|it| it.1.harm)?, taken.min_by_key(|it| it.1.harm)?);
        let (user, place) = self.place(after)?;
        let message = format!(
            "no order is safe: this change brings {}, which {user} is to use, and takes away {}, which is used until then",
            brought.thing, taken.thing
        );
        let help = format!(
            "make it two changes: first add {} and keep {}, then change {user}, then take it away",
            brought.thing, taken.thing
        );
        let finding = self.rule.finding(object, object.head(), message).with_help(help);
        let finding = finding.with_related(user, place, "uses what is brought");
        let was = self.object(before.object)?.before.as_ref()?;
        Some(finding.with_related(was, before.before?, "uses what is taken away"))
    }

    /// Changes of which each would have to come before the others, and no split helps.
    fn circle(&self, circle: &BTreeSet<usize>) -> Option<Finding> {
        let mut objects = circle.iter().filter_map(|at| self.object(*at)?.latest());
        let first = objects.next()?;
        let message =
            format!("no order is safe: {} changes that need one another have to be made at once", circle.len());
        let help = "put a step in between, in which both what was and what will be are there";
        let finding = self.rule.finding(first, first.head(), message).with_help(help);
        Some(objects.take(PLACES).fold(finding, |finding, it| finding.with_related(it, it.head(), "is one of them")))
    }
}
