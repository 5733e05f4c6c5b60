//! Change points as Hunter finds them (Fleming et al. 2023): E-divisive with t tests in overlapping windows at a
//! softened level, then merging from the weakest up. Kept for comparison with tools that do the same; its error rate on
//! flat series is far above its p-value, see [`super::detector`].

use meshery_core::Result;

use super::divergence::Distances;
use crate::stats::{input, special};

/// The settings, by their names there.
///
/// ```
/// use meshery_perf::stats::series::change::hunter::Hunter;
///
/// let series = [1.0, 1.2, 0.9, 1.1, 1.0, 1.1, 5.0, 5.2, 4.9, 5.1, 5.0, 5.1];
/// let found = Hunter { window: 50, max_p: 0.001, min_magnitude: 0.0 }.change_points(&series)?;
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].at, 6);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hunter {
    /// Values in a window; at least two.
    pub window: usize,
    /// The level of the final t tests.
    pub max_p: f64,
    /// The least relative change of means, in either direction.
    pub min_magnitude: f64,
}

/// A change of level between two segments.
///
/// ```
/// use meshery_perf::stats::series::change::hunter::Hunter;
///
/// let found = Hunter { window: 50, max_p: 0.05, min_magnitude: 0.0 }.change_points(&[1.0, 1.1, 2.0, 2.1])?;
/// assert!((found[0].mean_before - 1.05).abs() < 1e-12);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangePoint {
    /// The index of the first value after the change.
    pub at: usize,
    /// The p-value of the t test.
    pub p: f64,
    /// The mean of the segment before.
    pub mean_before: f64,
    /// The mean of the segment after.
    pub mean_after: f64,
}

impl ChangePoint {
    /// The larger of the relative changes forwards and backwards; 0 towards a mean of zero.
    fn magnitude(&self) -> f64 {
        let change = |from: f64, to: f64| if from == 0.0 { 0.0 } else { (to / from - 1.0).abs() };
        change(self.mean_before, self.mean_after).max(change(self.mean_after, self.mean_before))
    }
}

impl Hunter {
    /// The change points in ascending order.
    ///
    /// # Errors
    /// `InvalidInput` for an empty series, values that are not finite, and settings out of range.
    pub fn change_points(&self, values: &[f64]) -> Result<Vec<ChangePoint>> {
        Ok(self.merge(self.weak_points(values)?, values))
    }

    /// The candidates before merging, in ascending order.
    ///
    /// # Errors
    /// As [`Hunter::change_points`].
    pub fn weak_points(&self, values: &[f64]) -> Result<Vec<ChangePoint>> {
        input::sample("values", values, 1)?;
        input::share("max_p", self.max_p)?;
        input::count("window", self.window, 2)?;
        let (mut start, mut found) = (0, Vec::new());
        while start < values.len() {
            let end = values.len().min(start + self.window);
            let here = self.in_window(&values[start..end]);
            let last = here.last().map_or(0, |at| at + start);
            found.extend(here.into_iter().map(|at| at + start));
            start = last.max(start + self.window / 2);
        }
        found.sort_unstable();
        found.dedup();
        let edges = edges(&found, values.len());
        Ok(edges.windows(3).map(|edges| test(values, edges)).collect())
    }

    /// The level of the first pass.
    fn softened(&self) -> f64 {
        match self.max_p {
            p if p < 0.05 => 10.0 * p,
            p if p < 0.5 => 2.0 * p,
            p => p,
        }
    }

    fn in_window(&self, window: &[f64]) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        loop {
            let around = edges(&found, window.len());
            let candidates = around.windows(2).filter_map(|edge| {
                let best = Distances::of(&window[edge[0]..edge[1]]).best_of_all(1)?;
                Some((best.divergence, [edge[0], edge[0] + best.at, edge[1]]))
            });
            // `max_by` keeps the last of equals; the first counts.
            let Some((_, split)) = candidates.reduce(|a, b| if b.0 > a.0 { b } else { a }) else { break };
            if test(window, &split).p > self.softened() {
                break;
            }
            found.push(split[1]);
            found.sort_unstable();
        }
        found
    }

    /// Takes away the weakest until all that are left are significant and large enough.
    fn merge(&self, mut points: Vec<ChangePoint>, values: &[f64]) -> Vec<ChangePoint> {
        while let Some(weakest) = self.weakest(&points) {
            points.remove(weakest);
            let at: Vec<usize> = points.iter().map(|point| point.at).collect();
            let edges = edges(&at, values.len());
            for changed in weakest..(weakest + 2).min(points.len()) {
                points[changed] = test(values, &edges[changed..changed + 3]);
            }
        }
        points
    }

    fn weakest(&self, points: &[ChangePoint]) -> Option<usize> {
        let first = |better: &dyn Fn(&ChangePoint, &ChangePoint) -> bool| {
            (0..points.len()).reduce(|a, b| if better(&points[b], &points[a]) { b } else { a })
        };
        let unlikely = first(&|a, b| a.p > b.p)?;
        if points[unlikely].p >= self.max_p {
            return Some(unlikely);
        }
        let smallest = first(&|a, b| a.magnitude() < b.magnitude())?;
        (points[smallest].magnitude() <= self.min_magnitude).then_some(smallest)
    }
}

fn edges(points: &[usize], n: usize) -> Vec<usize> {
    [&[0], points, &[n]].concat()
}

/// Student's test of two neighbouring segments from population variances (divisor n), as the tools of this family do it.
fn test(values: &[f64], edges: &[usize]) -> ChangePoint {
    let (left, right) = (&values[edges[0]..edges[1]], &values[edges[1]..edges[2]]);
    let (n, m) = (left.len() as f64, right.len() as f64);
    let ((mean_before, before), (mean_after, after)) = (moments(left), moments(right));
    let degrees = n + m - 2.0;
    let pooled = ((n - 1.0) * before + (m - 1.0) * after) / degrees;
    let t = (mean_before - mean_after) / (pooled * (1.0 / n + 1.0 / m)).sqrt();
    let p = if degrees <= 0.0 || t.is_nan() { 1.0 } else { (2.0 * special::t_upper(t.abs(), degrees)).min(1.0) };
    ChangePoint { at: edges[1], p, mean_before, mean_after }
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_constant_series() {
        let hunter = Hunter { window: 30, max_p: 0.01, min_magnitude: 0.0 };
        assert!(hunter.change_points(&[1.0; 70]).unwrap().is_empty());
        assert!(hunter.change_points(&[1.0]).unwrap().is_empty());
        assert!(hunter.change_points(&[]).is_err());
    }

    #[test]
    fn small_changes_are_merged_away() {
        let values: Vec<f64> = (0..40).map(|i| if i < 20 { 100.0 } else { 103.0 } + f64::from(i % 3)).collect();
        let hunter = Hunter { window: 50, max_p: 0.001, min_magnitude: 0.0 };
        assert_eq!(hunter.change_points(&values).unwrap().len(), 1);
        assert!(Hunter { min_magnitude: 0.05, ..hunter }.change_points(&values).unwrap().is_empty());
    }
}
