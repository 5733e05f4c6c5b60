//! A series without a change: an AR(1) around its level whose innovations are exchangeable. Where there is no correlation
//! to speak of, the values themselves are.

use crate::rng::SplitMix64;
use crate::stats::series::autocorrelation::deviations;

/// Beyond this a series wanders so far that no level can be told from another.
const MOST: f64 = 0.95;

/// A correlation below this many standard errors, 1 / √n, counts as none: taking account of one that is only estimated
/// costs more power than it saves false alarms.
const NOTABLE: f64 = 1.5;

/// Series simulated for each step of the correction for bias, and the steps.
const DRAWS: u32 = 24;
const STEPS: u32 = 2;

pub(super) struct Null {
    innovations: Vec<f64>,
    correlation: f64,
}

impl Null {
    /// The null of a stretch whose levels change at these points.
    pub(super) fn of(values: &[f64], points: &[usize], correlation: f64) -> Self {
        if correlation <= 0.0 {
            return Self { innovations: values.to_vec(), correlation };
        }
        Self::around_levels(values, points, correlation)
    }

    fn around_levels(values: &[f64], points: &[usize], correlation: f64) -> Self {
        let segments = segments(values, points);
        // Residuals around fitted levels vary too little.
        let n = values.len() as f64;
        let scale = (n / (n - segments.len() as f64).max(1.0)).sqrt();
        let residuals = segments.concat();
        let first = residuals.first().map(|first| first * (1.0 - correlation * correlation).sqrt());
        let rest = residuals.windows(2).map(|pair| pair[1] - correlation * pair[0]);
        Self { innovations: first.into_iter().chain(rest).map(|value| scale * value).collect(), correlation }
    }

    /// The innovations in a random order, coloured again.
    pub(super) fn draw(&self, rng: &mut SplitMix64) -> Vec<f64> {
        let mut series = self.innovations.clone();
        rng.shuffle(&mut series);
        // The first value of a stationary AR(1) varies as much as all others.
        if let Some(first) = series.first_mut() {
            *first /= (1.0 - self.correlation * self.correlation).sqrt();
        }
        for i in 1..series.len() {
            series[i] += self.correlation * series[i - 1];
        }
        series
    }
}

/// The lag-1 correlation within the segments of a series. Fitting the levels where they differ most takes away much of it,
/// by an amount that has no formula: series of the present estimate are simulated, split in the same way, and the estimate
/// moved by what they lost. `resplit` gives the points at which a series without changes would be split.
pub(super) fn correlation(
    values: &[f64],
    points: &[usize],
    resplit: impl Fn(&[f64]) -> Vec<usize>,
    rng: &mut SplitMix64,
) -> f64 {
    let observed = within(values, points);
    let mut estimate = observed.clamp(0.0, MOST);
    for _ in 0..STEPS {
        let null = Null::around_levels(values, points, estimate);
        let mut sum = 0.0;
        for _ in 0..DRAWS {
            let series = null.draw(rng);
            sum += within(&series, &resplit(&series));
        }
        estimate = (estimate + observed - sum / f64::from(DRAWS)).clamp(0.0, MOST);
    }
    if estimate < NOTABLE / (values.len() as f64).sqrt() { 0.0 } else { estimate }
}

fn within(values: &[f64], points: &[usize]) -> f64 {
    let segments = segments(values, points);
    let products: f64 = segments.iter().flat_map(|part| part.windows(2)).map(|pair| pair[0] * pair[1]).sum();
    let squares: f64 = segments.iter().flatten().map(|value| value * value).sum();
    if squares > 0.0 { products / squares } else { 0.0 }
}

/// Each segment's values around their own level.
fn segments(values: &[f64], points: &[usize]) -> Vec<Vec<f64>> {
    let mut edges = [&[0], points, &[values.len()]].concat();
    edges.sort_unstable();
    edges.dedup();
    edges.windows(2).map(|edge| deviations(&values[edge[0]..edge[1]])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_keeps_size_and_correlation() {
        let mut rng = SplitMix64::new(1);
        let mut level = 0.0;
        let series: Vec<f64> = (0..2000)
            .map(|_| {
                level = 0.6 * level + rng.unit() - 0.5;
                level
            })
            .collect();
        let estimate = correlation(&series, &[], |_| Vec::new(), &mut rng);
        assert!((estimate - 0.6).abs() < 0.06, "{estimate}");
        let drawn = Null::of(&series, &[], estimate).draw(&mut rng);
        assert!((within(&drawn, &[]) - 0.6).abs() < 0.08);
    }

    #[test]
    fn without_correlation_the_values_are_permuted() {
        let mut drawn = Null::of(&[3.0, 1.0, 2.0], &[1], 0.0).draw(&mut SplitMix64::new(1));
        drawn.sort_unstable_by(f64::total_cmp);
        assert_eq!(drawn, [1.0, 2.0, 3.0]);
    }
}
