//! Which trial comes next: a pure function of those that have been made.
//!
//! There are phases: short trials and wide intervals first, full trials and the asked width last. In each phase a trial
//! counts when it is at least as long as the phase asks for; the bounds of the phase before are only where to look first.

use std::time::Duration;

use meshery_core::{Rate, SearchSpec};

use super::bounds::{Bounds, Class, Record};

/// Phases of a search.
const PHASES: i32 = 3;
/// How much wider an interval may be in the phase before.
const WIDER: f64 = 3.0;

/// A trial that has been made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trial {
    pub(super) rate: f64,
    pub(super) lasts: Duration,
    /// For each goal.
    pub(super) kept: Vec<bool>,
}

/// A trial to be made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Next {
    pub(super) rate: Rate,
    pub(super) lasts: Duration,
}

pub(super) struct Planner {
    range: (f64, f64),
    exceed: Vec<f64>,
    phases: Vec<Phase>,
    trials: Vec<Trial>,
}

/// What one phase asks for.
#[derive(Clone, Copy, Debug)]
struct Phase {
    lasts: Duration,
    decided_by: Duration,
    width: f64,
}

impl Planner {
    pub(super) fn new(spec: &SearchSpec) -> Self {
        let growth = spec.full.as_secs_f64() / spec.short.as_secs_f64();
        let phase = |index: i32| {
            let last = index == PHASES - 1;
            let lasts = spec.short.mul_f64(growth.powf(f64::from(index) / f64::from(PHASES - 1)));
            let lasts = if last { spec.full } else { lasts };
            Phase {
                lasts,
                decided_by: if last { spec.decided_by } else { lasts },
                width: (spec.width * WIDER.powi(PHASES - 1 - index)).min(0.5),
            }
        };
        Self {
            range: (spec.lowest.get(), spec.highest.get()),
            exceed: spec.goals.iter().map(|goal| goal.exceed).collect(),
            phases: (0..PHASES).map(phase).collect(),
            trials: Vec::new(),
        }
    }

    pub(super) fn learn(&mut self, trial: Trial) {
        self.trials.push(trial);
    }

    /// The next trial; `None` when every goal is answered. Goals are answered one after the other in each phase, and what
    /// was tried for one counts for all.
    pub(super) fn next(&self) -> Option<Next> {
        for (index, phase) in self.phases.iter().enumerate() {
            for goal in 0..self.exceed.len() {
                if let Some(rate) = self.wanted(goal, index) {
                    return Some(Next { rate: Rate::per_second(rate).ok()?, lasts: phase.lasts });
                }
            }
        }
        None
    }

    /// The bounds of a goal, and whether they are final. Before that they are those of the last phase that has both.
    pub(super) fn found(&self, goal: usize) -> (Bounds, bool) {
        let complete = (0..self.phases.len()).all(|phase| self.wanted(goal, phase).is_none());
        let last = self.phases.len() - 1;
        let known =
            |phase: &usize| self.bounds(goal, *phase).lower.is_some() || self.bounds(goal, *phase).upper.is_some();
        let phase = if complete { last } else { (0..=last).rev().find(known).unwrap_or(last) };
        (self.bounds(goal, phase), complete)
    }

    /// The rate that a goal wants to see tried in a phase; `None` when the phase is over for it.
    fn wanted(&self, goal: usize, phase: usize) -> Option<f64> {
        let bounds = self.bounds(goal, phase);
        let hint = if phase == 0 { Bounds::default() } else { self.bounds(goal, phase - 1) };
        let rate = self.candidate(bounds, hint, self.phases[phase].width)?;
        // A rate that is undecided is tried again until it is not.
        Some(self.undecided(goal, phase, bounds).unwrap_or(rate))
    }

    fn candidate(&self, bounds: Bounds, hint: Bounds, width: f64) -> Option<f64> {
        let (least, most) = self.range;
        match (bounds.lower, bounds.upper) {
            (None, None) => Some(hint.lower.or(hint.upper).unwrap_or(least)),
            (Some(lower), None) if lower >= most => None,
            (Some(lower), None) => {
                let above = hint.upper.filter(|upper| *upper > lower);
                Some(above.unwrap_or((lower * 2.0).min(most)))
            }
            (None, Some(upper)) if upper <= least => None,
            (None, Some(upper)) => {
                let below = hint.lower.filter(|lower| *lower < upper);
                Some(below.unwrap_or((upper / 2.0).max(least)))
            }
            // The geometric middle halves the ratio, whatever the scale.
            (Some(lower), Some(upper)) => (bounds.width()? > width).then(|| (lower * upper).sqrt()),
        }
    }

    /// A rate between the bounds that has been tried and is still undecided: the one that was tried most.
    fn undecided(&self, goal: usize, phase: usize, bounds: Bounds) -> Option<f64> {
        let inside =
            |rate: f64| bounds.lower.is_none_or(|lower| rate > lower) && bounds.upper.is_none_or(|upper| rate < upper);
        let classes = self.classes(goal, phase);
        let open = classes.iter().filter(|(rate, class, _)| *class == Class::Undecided && inside(*rate));
        open.max_by_key(|(.., record)| record.good + record.bad).map(|(rate, ..)| *rate)
    }

    fn bounds(&self, goal: usize, phase: usize) -> Bounds {
        let classes: Vec<_> = self.classes(goal, phase).into_iter().map(|(rate, class, _)| (rate, class)).collect();
        Bounds::of(&classes)
    }

    /// Every rate that was tried for at least as long as a phase asks for.
    fn classes(&self, goal: usize, phase: usize) -> Vec<(f64, Class, Record)> {
        let mut records: Vec<(f64, Record)> = Vec::new();
        for trial in self.trials.iter().filter(|trial| trial.lasts >= self.phases[phase].lasts) {
            let at = records.iter().position(|(rate, _)| rate.total_cmp(&trial.rate).is_eq());
            let at = at.unwrap_or_else(|| {
                records.push((trial.rate, Record::default()));
                records.len() - 1
            });
            let record = &mut records[at].1;
            *if trial.kept[goal] { &mut record.good } else { &mut record.bad } += trial.lasts;
        }
        let classify = |(rate, record): (f64, Record)| {
            (rate, record.class(self.phases[phase].decided_by, self.exceed[goal]), record)
        };
        records.into_iter().map(classify).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SplitMix64;
    use proptest::prelude::*;

    fn spec(goals: usize, width: f64) -> SearchSpec {
        let goal =
            |index| serde_json::json!({ "name": format!("goal {index}"), "thresholds": { "failed": ["rate<0.01"] } });
        let goals: Vec<_> = (0..goals).map(goal).collect();
        serde_json::from_value(serde_json::json!({
            "load": { "target": "http://127.0.0.1/" }, "goals": goals, "lowest": "10/s", "highest": "100000/s", "width": width,
        }))
        .unwrap()
    }

    /// Searches a system that keeps goal `i` up to `truths[i]`; `lies` is how often a trial says the contrary.
    fn simulate(truths: &[f64], width: f64, lies: f64, seed: u64) -> (Vec<(Bounds, bool)>, Vec<Trial>) {
        let mut planner = Planner::new(&spec(truths.len(), width));
        let mut rng = SplitMix64::new(seed);
        while let Some(next) = planner.next() {
            let rate = next.rate.get();
            let kept = truths.iter().map(|truth| (rate <= *truth) != (rng.unit() < lies)).collect();
            planner.learn(Trial { rate, lasts: next.lasts, kept });
            assert!(planner.trials.len() < 500, "the search does not end");
        }
        ((0..truths.len()).map(|goal| planner.found(goal)).collect(), planner.trials)
    }

    proptest! {
        #[test]
        fn the_answer_holds_the_truth_and_is_as_narrow_as_asked(truth in 20.0..90_000.0_f64, width in 0.01..0.3_f64) {
            let (found, trials) = simulate(&[truth], width, 0.0, 1);
            let (bounds, complete) = found[0];
            prop_assert!(complete);
            prop_assert!(bounds.lower.unwrap() <= truth && truth < bounds.upper.unwrap(), "{bounds:?}");
            prop_assert!(bounds.width().unwrap() <= width);
            // Long trials only at the end, and few of them.
            let full = trials.iter().filter(|trial| trial.lasts.as_secs() >= 10).count();
            prop_assert!(full <= 12, "{full} full trials");
        }
    }

    #[test]
    fn goals_share_their_trials() {
        let (found, both) = simulate(&[5_000.0, 8_000.0], 0.05, 0.0, 1);
        let (_, first) = simulate(&[5_000.0], 0.05, 0.0, 1);
        let (_, second) = simulate(&[8_000.0], 0.05, 0.0, 1);
        assert!(found.iter().all(|(_, complete)| *complete));
        assert!(found[0].0.upper.unwrap() > 5_000.0 && found[1].0.lower.unwrap() <= 8_000.0);
        assert!(both.len() < first.len() + second.len(), "{} of {} + {}", both.len(), first.len(), second.len());
    }

    #[test]
    fn an_unlucky_trial_now_and_then_does_not_mislead_it() {
        let hits = (0..200)
            .filter(|seed| {
                let (found, _) = simulate(&[5_000.0], 0.05, 0.05, *seed);
                let bounds = found[0].0;
                bounds.lower.is_some_and(|lower| lower <= 5_500.0) && bounds.upper.is_some_and(|upper| upper >= 4_500.0)
            })
            .count();
        assert!(hits >= 180, "{hits} of 200");
    }

    #[test]
    fn a_range_that_does_not_hold_the_answer_is_said() {
        let (found, _) = simulate(&[1e9], 0.05, 0.0, 1);
        assert_eq!(found[0], (Bounds { lower: Some(100_000.0), upper: None }, true));
        let (found, _) = simulate(&[1.0], 0.05, 0.0, 1);
        assert_eq!(found[0], (Bounds { lower: None, upper: Some(10.0) }, true));
    }

    #[test]
    fn what_is_cut_short_says_what_it_knows() {
        let mut planner = Planner::new(&spec(1, 0.05));
        for _ in 0..6 {
            let next = planner.next().unwrap();
            let rate = next.rate.get();
            planner.learn(Trial { rate, lasts: next.lasts, kept: vec![rate <= 100.0] });
        }
        let (bounds, complete) = planner.found(0);
        assert!(!complete && bounds.lower == Some(80.0) && bounds.upper.is_some(), "{bounds:?}");
    }
}
