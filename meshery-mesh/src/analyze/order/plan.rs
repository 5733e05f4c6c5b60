//! The safe order: what must come before what, in steps.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::analyzer::order::Action;

use super::changes::Object;
use super::clauses::{Clause, User};
use super::graph::Graph;

/// A change in the plan: of which object, and which part of its change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) object: usize,
    pub(super) action: Action,
}

/// The safe order.
pub(super) struct Plan {
    /// In each step the changes and why they come no sooner: the number of the clause that they wait for.
    pub(super) steps: Vec<Vec<(Part, Vec<usize>)>>,
    /// The objects whose change is to be made in two.
    pub(super) split: BTreeSet<usize>,
    /// The sets of objects of which, each changed at once, every one would have to come before every other.
    pub(super) circles: Vec<BTreeSet<usize>>,
    /// Those of them that are circles even when changes are made in two. Their changes are the last step.
    pub(super) unsafe_circles: Vec<BTreeSet<usize>>,
}

/// Finds it.
pub(super) fn plan(objects: &[Object], clauses: &[Clause]) -> Plan {
    let mut draft = Draft::new(objects, clauses, &BTreeSet::new());
    let circles = draft.circles();
    let split = if circles.is_empty() { BTreeSet::new() } else { splittable(objects, clauses, &circles) };
    if !split.is_empty() {
        draft = Draft::new(objects, clauses, &split);
    }
    let (steps, left) = draft.graph.steps();
    let unsafe_circles = if left.is_empty() { Vec::new() } else { draft.circles() };
    let steps = steps.into_iter().chain((!left.is_empty()).then_some(left));
    let steps = steps.map(|step| step.into_iter().filter_map(|node| draft.part(node)).collect());
    let steps = steps.filter(|step: &Vec<_>| !step.is_empty()).collect();
    Plan { steps, split, circles, unsafe_circles }
}

/// The objects in circles that both bring and take away: bringing first and taking away later may open the circle.
fn splittable(objects: &[Object], clauses: &[Clause], circles: &[BTreeSet<usize>]) -> BTreeSet<usize> {
    let of = |pick: fn(&Clause) -> &Vec<usize>| clauses.iter().flat_map(pick).copied().collect::<BTreeSet<usize>>();
    let (gaining, losing) = (of(|clause| &clause.gainers), of(|clause| &clause.losers));
    let changes = |at: &usize| objects.get(*at).is_some_and(|it| matches!(it.change, Some((Action::Change, _))));
    let candidates = circles.iter().flatten().copied().filter(changes);
    candidates.filter(|at| gaining.contains(at) && losing.contains(at)).collect()
}

/// The graph, and what its nodes mean.
#[derive(Default)]
struct Draft {
    graph: Graph,
    parts: Vec<Option<Part>>,
    /// By object, its first and its last part.
    nodes: BTreeMap<usize, (usize, usize)>,
    /// By node, the clauses that it waits for.
    reasons: BTreeMap<usize, Vec<usize>>,
}

impl Draft {
    fn new(objects: &[Object], clauses: &[Clause], split: &BTreeSet<usize>) -> Self {
        let mut draft = Self::default();
        let mut changed: Vec<(usize, usize, Action)> = Vec::new();
        for (at, object) in objects.iter().enumerate() {
            changed.extend(object.change.map(|(action, position)| (position, at, action)));
        }
        changed.sort_unstable();
        for (_, object, action) in changed {
            let is_split = split.contains(&object);
            let first = draft.add(object, if is_split { Action::Extend } else { action });
            let last = if is_split { draft.add(object, Action::Reduce) } else { first };
            if is_split {
                draft.graph.before(first, last);
            }
            draft.nodes.insert(object, (first, last));
        }
        for (number, clause) in clauses.iter().enumerate() {
            draft.make_before_use(number, clause);
            draft.leave_before_break(number, clause);
        }
        draft
    }

    fn add(&mut self, object: usize, action: Action) -> usize {
        let rank = match action {
            Action::Create | Action::Change | Action::Extend => 0,
            Action::Reduce => 1,
            Action::Remove => 2,
        };
        self.parts.push(Some(Part { object, action }));
        self.graph.add(Some(rank))
    }

    fn between(&mut self) -> usize {
        self.parts.push(None);
        self.graph.add(None)
    }

    /// Whoever has it first comes before those who start to use it, and before those who have it no longer.
    fn make_before_use(&mut self, number: usize, clause: &Clause) {
        let Some((maker, first)) = clause.gainers.iter().find_map(|at| Some((*at, self.nodes.get(at)?.0))) else {
            return;
        };
        let used =
            clause.users.iter().filter(|user| user.after.is_some() && user.harm.is_at_once()).collect::<Vec<_>>();
        if used.is_empty() {
            return;
        }
        let between = self.between();
        self.graph.before(first, between);
        let starts = |user: &&&User| user.before.is_none() && user.object != maker;
        for user in used.iter().filter(starts) {
            self.wait(between, self.nodes.get(&user.object).map(|nodes| nodes.0), number);
        }
        if used.iter().any(|user| user.before.is_some()) {
            for loser in clause.losers.iter().filter(|loser| **loser != maker) {
                self.wait(between, self.nodes.get(loser).map(|nodes| nodes.1), number);
            }
        }
    }

    /// Those who use it no longer come before those who have it no longer.
    fn leave_before_break(&mut self, number: usize, clause: &Clause) {
        let leaves = |user: &&User| user.before.is_some() && user.after.is_none() && user.harm.is_at_once();
        let leaving: Vec<usize> = clause.users.iter().filter(leaves).map(|user| user.object).collect();
        if leaving.is_empty() || clause.losers.is_empty() {
            return;
        }
        let between = self.between();
        // What both uses it and has it no longer does so at once.
        let leaving: BTreeSet<usize> = leaving.into_iter().filter(|at| !clause.losers.contains(at)).collect();
        for last in leaving.iter().filter_map(|at| self.nodes.get(at)).map(|nodes| nodes.1).collect::<Vec<_>>() {
            self.graph.before(last, between);
        }
        if !leaving.is_empty() {
            for loser in &clause.losers {
                self.wait(between, self.nodes.get(loser).map(|nodes| nodes.1), number);
            }
        }
    }

    fn wait(&mut self, between: usize, node: Option<usize>, clause: usize) {
        if let Some(node) = node {
            self.graph.before(between, node);
            self.reasons.entry(node).or_default().push(clause);
        }
    }

    fn part(&self, node: usize) -> Option<(Part, Vec<usize>)> {
        let part = (*self.parts.get(node)?)?;
        Some((part, self.reasons.get(&node).cloned().unwrap_or_default()))
    }

    /// The objects of each circle.
    fn circles(&self) -> Vec<BTreeSet<usize>> {
        let objects = |circle: Vec<usize>| -> BTreeSet<usize> {
            circle.into_iter().filter_map(|node| Some(self.part(node)?.0.object)).collect()
        };
        self.graph.circles().into_iter().map(objects).collect()
    }
}
