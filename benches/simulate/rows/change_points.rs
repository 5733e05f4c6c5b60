//! A series of releases.

use meshery_perf::stats::series::change::detector::Detector;

use super::{Row, Share};
use crate::draw::{Draw, count};

const NOISE: f64 = 0.03;
/// Values before a change.
const BEFORE: usize = 100;

pub(super) const ROW: Row = Row {
    asks: "changes of level in a series with 3 % noise",
    repetitions: 1000,
    shares: |repetitions| {
        let flat = |question: u64, rho: f64| {
            let [any] = count(repetitions, |repetition| {
                let series = Draw::new(question, repetition).series(100, rho);
                [!changes(&series.iter().map(|value| 100.0 * (NOISE * value).exp()).collect::<Vec<_>>()).is_empty()]
            });
            any
        };
        let seen = |question: u64, shift: f64, after: usize| {
            let [seen] = count(repetitions, |repetition| {
                let series = Draw::new(question, repetition).series(BEFORE + after, 0.0);
                let level = |at: usize| if at < BEFORE { 100.0 } else { 100.0 * (1.0 + shift) };
                let values: Vec<f64> =
                    series.iter().enumerate().map(|(at, value)| level(at) * (NOISE * value).exp()).collect();
                // Two values early or late is the same change, as the reference counts.
                [changes(&values).iter().any(|at| at.abs_diff(BEFORE) <= 2)]
            });
            seen
        };
        vec![
            Share::at_most("flat series of 100 with any", flat(5000, 0.0), 0.05),
            Share::at_most("the same, AR(1) with ρ 0.5", flat(5001, 0.5), 0.10),
            Share::at_least("+10 % seen after three values", seen(5002, 0.10, 3), 0.9),
            Share::at_least("+5 % seen after five values", seen(5003, 0.05, 5), 0.6),
        ]
    },
};

fn changes(values: &[f64]) -> Vec<usize> {
    let found = Detector::default().change_points(values).unwrap_or_default();
    found.iter().map(|change| change.at).collect()
}
