//! What trials at rates say about the rate that a goal can just keep.

use std::time::Duration;

/// What the trials at one rate say of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// The rate keeps the goal.
    Lower,
    /// It does not.
    Upper,
    /// More trials could still say either.
    Undecided,
}

/// How long trials at a rate were, in which the goal was kept, and in which it was not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) good: Duration,
    pub(super) bad: Duration,
}

impl Record {
    /// The class of a rate when `needed` of trials decide and a share `exceed` of them may fail (draft-ietf-bmwg-mlrsearch,
    /// "Load Classification"): optimistically all trials that are still missing would be good, pessimistically bad.
    pub(super) fn class(self, needed: Duration, exceed: f64) -> Class {
        let seen = self.good + self.bad;
        let missing = needed.saturating_sub(seen);
        let all = (seen + missing).as_secs_f64();
        let (optimistic, pessimistic) = (self.bad.as_secs_f64() / all, (self.bad + missing).as_secs_f64() / all);
        if pessimistic <= exceed {
            Class::Lower
        } else if optimistic > exceed {
            Class::Upper
        } else {
            Class::Undecided
        }
    }
}

/// Between which rates the answer lies.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Bounds {
    /// The highest rate that keeps the goal, below every one that does not.
    pub(super) lower: Option<f64>,
    /// The lowest rate that does not.
    pub(super) upper: Option<f64>,
}

impl Bounds {
    /// The bounds that classified rates give. A rate above one that fails says nothing, however lucky it was.
    pub(super) fn of(classes: &[(f64, Class)]) -> Self {
        let of = |wanted| classes.iter().filter(move |(_, class)| *class == wanted).map(|(rate, _)| *rate);
        let upper = of(Class::Upper).min_by(f64::total_cmp);
        let lower = of(Class::Lower).filter(|rate| upper.is_none_or(|upper| *rate < upper)).max_by(f64::total_cmp);
        Self { lower, upper }
    }

    /// How far apart they are, as a part of the upper one.
    pub(super) fn width(self) -> Option<f64> {
        let (lower, upper) = (self.lower?, self.upper?);
        Some((upper - lower) / upper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(good: u64, bad: u64) -> Class {
        let seconds = Duration::from_secs;
        Record { good: seconds(good), bad: seconds(bad) }.class(seconds(30), 0.5)
    }

    #[test]
    fn a_majority_decides_and_as_soon_as_it_can() {
        assert_eq!(class(0, 0), Class::Undecided);
        assert_eq!((class(10, 0), class(0, 10), class(10, 10)), (Class::Undecided, Class::Undecided, Class::Undecided));
        assert_eq!((class(20, 0), class(20, 10)), (Class::Lower, Class::Lower));
        assert_eq!((class(0, 20), class(10, 20)), (Class::Upper, Class::Upper));
    }

    #[test]
    fn luck_above_a_failure_is_no_bound() {
        let classes = [(10.0, Class::Lower), (20.0, Class::Upper), (30.0, Class::Lower), (15.0, Class::Undecided)];
        let bounds = Bounds::of(&classes);
        assert_eq!(bounds, Bounds { lower: Some(10.0), upper: Some(20.0) });
        assert_eq!(bounds.width(), Some(0.5));
    }
}
