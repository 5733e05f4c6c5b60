//! E-divisive as published: split where segments differ most, as long as permutations within the segments rarely differ
//! as much. It takes values to be independent; on autocorrelated series it sees changes that are none.

use meshery_core::Result;

use super::divergence::{Candidate, Distances};
use crate::rng::SplitMix64;
use crate::stats::input;

/// Which splits compete.
///
/// ```
/// use meshery_perf::stats::series::change::permutation::Form;
///
/// assert_ne!(Form::AnyFollowing, Form::WholeRest);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Against any following segment, distinct pairs only, as in the paper (Otava's reading).
    AnyFollowing,
    /// Against all the rest, every value's distance to itself counted (MongoDB's reading).
    WholeRest,
}

/// The published algorithm and its settings.
///
/// ```
/// use meshery_perf::stats::series::change::permutation::{EDivisive, Form};
///
/// let series = [1.0, 1.2, 0.9, 1.1, 1.0, 1.1, 5.0, 5.2, 4.9, 5.1, 5.0, 5.1];
/// let settings = EDivisive { form: Form::AnyFollowing, max_p: 0.05, permutations: 199, seed: 1 };
/// assert_eq!(settings.change_points(&series)?, [6]);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EDivisive {
    /// Which splits compete.
    pub form: Form,
    /// A split counts up to this share of permutations, b / (B + 1), that differ as much.
    pub max_p: f64,
    /// How many permutations.
    pub permutations: u32,
    /// Their seed.
    pub seed: u64,
}

impl EDivisive {
    /// The indexes of first values after a change, ascending.
    ///
    /// # Errors
    /// `InvalidInput` for an empty series, values that are not finite, and a p-value out of range.
    pub fn change_points(&self, values: &[f64]) -> Result<Vec<usize>> {
        input::sample("values", values, 1)?;
        input::share("max_p", self.max_p)?;
        let mut rng = SplitMix64::new(self.seed);
        let mut edges = vec![0, values.len()];
        while let Some(at) = self.next(values, &edges, &mut rng) {
            edges.push(at);
            edges.sort_unstable();
        }
        Ok(edges[1..edges.len() - 1].to_vec())
    }

    fn next(&self, values: &[f64], edges: &[usize], rng: &mut SplitMix64) -> Option<usize> {
        let best = self.best(values, edges)?;
        let mut shuffled = values.to_vec();
        let mut as_much = 0;
        for _ in 0..self.permutations {
            for edge in edges.windows(2) {
                rng.shuffle(&mut shuffled[edge[0]..edge[1]]);
            }
            let found = self.best(&shuffled, edges).map_or(0.0, |found| found.divergence);
            as_much += u32::from(found >= best.divergence);
        }
        let p = f64::from(as_much) / f64::from(self.permutations + 1);
        (p <= self.max_p && best.at > 0).then_some(best.at)
    }

    /// The best split of any segment; of equals the first.
    fn best(&self, values: &[f64], edges: &[usize]) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        for edge in edges.windows(2) {
            let Some(found) = self.split(&values[edge[0]..edge[1]]) else { continue };
            if best.is_none_or(|best| found.divergence > best.divergence) {
                best = Some(Candidate { at: found.at + edge[0], ..found });
            }
        }
        best
    }

    fn split(&self, segment: &[f64]) -> Option<Candidate> {
        let distances = Distances::of(segment);
        match self.form {
            Form::AnyFollowing => distances.best_of_all(1),
            Form::WholeRest => Some(distances.best_of_whole()),
        }
    }
}

/// The first candidate of the [`Form::AnyFollowing`] reading: the index and its divergence.
///
/// # Errors
/// `InvalidInput` for fewer than two values and values that are not finite.
pub fn first_candidate(values: &[f64]) -> Result<(usize, f64)> {
    input::sample("values", values, 2)?;
    Ok(Distances::of(values).best_of_all(1).map_or((0, 0.0), |best| (best.at, best.divergence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_answer() {
        let values: Vec<f64> = (0..40_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 24)).collect();
        for form in [Form::AnyFollowing, Form::WholeRest] {
            let settings = EDivisive { form, max_p: 0.5, permutations: 50, seed: 3 };
            assert_eq!(settings.change_points(&values).unwrap(), settings.change_points(&values).unwrap());
        }
    }

    #[test]
    fn constants_do_not_change() {
        let settings = EDivisive { form: Form::AnyFollowing, max_p: 0.05, permutations: 99, seed: 3 };
        assert!(settings.change_points(&[2.0; 20]).unwrap().is_empty());
        assert!(settings.change_points(&[2.0]).unwrap().is_empty());
    }
}
