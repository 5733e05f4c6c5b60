//! Arms that differ.

use meshery_perf::stats::choose::{Comparison, Design, Scale};

use super::{Row, Share, p};
use crate::draw::{Draw, count};

const SIGMA: f64 = 0.03;
const SHIFT: f64 = 0.05;

pub(super) const ROW: Row = Row {
    asks: "+5 % at p99: requests with ρ 0.5, levels with σ 3 %",
    repetitions: 2000,
    shares: |repetitions| {
        let comparison = Comparison { design: Design::Independent, scale: Scale::Ratio, resamples: 0, seed: 0 };
        let seen = |runs: usize| {
            count(repetitions, |repetition| {
                let mut draw = Draw::new(2000 + runs as u64, repetition);
                let (x, y) = (draw.log_p99s(runs, 0.5), draw.log_p99s(runs, 0.5));
                let (x, y) = (draw.at_levels(&x, SIGMA, 0.0), draw.at_levels(&y, SIGMA, SHIFT.ln_1p()));
                let interval = comparison.of(&x, &y).map(|answer| answer.interval(0.95));
                let holds = interval.is_ok_and(|found| (found.low..=found.high).contains(&SHIFT));
                [p(Design::Independent, &x, &y) < 0.05, holds]
            })
        };
        let ([ten, holds_ten], [twenty, holds_twenty]) = (seen(10), seen(20));
        let covered = |what: &str, found: f64| Share { what: what.into(), found, least: 0.935, most: 0.965 };
        vec![
            Share::at_least("10 runs see it", ten, 0.60),
            Share::at_least("20 runs see it", twenty, 0.92),
            Share::at_least("10 runs see a shift of the slowest 2 % alone", tail(repetitions), 0.63),
            covered("the 95 % interval of 10 runs holds the truth", holds_ten),
            covered("that of 20 runs", holds_twenty),
        ]
    },
};

/// Only the requests above each run's 98th percentile are slower, so levels do not tell.
fn tail(repetitions: usize) -> f64 {
    let [seen] = count(repetitions, |repetition| {
        let mut draw = Draw::new(2100, repetition);
        let base = draw.log_p99s(10, 0.5);
        let slow: Vec<f64> = draw.log_p99s_slowed(10, 0.5, 0.98, SHIFT.ln_1p());
        let (x, y) = (draw.at_levels(&base, SIGMA, 0.0), draw.at_levels(&slow, SIGMA, 0.0));
        [p(Design::Independent, &x, &y) < 0.05]
    });
    seen
}
