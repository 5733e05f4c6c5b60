//! Arms that differ.

use meshery_perf::stats::choose::Design;

use super::{Row, Share, p};
use crate::draw::{Draw, count};

pub(super) const ROW: Row = Row {
    asks: "+5 % at p99 that is seen: requests with ρ 0.5, levels with σ 3 %",
    repetitions: 1000,
    shares: |repetitions| {
        let seen = |runs: usize| {
            let [seen] = count(repetitions, |repetition| {
                let mut draw = Draw::new(2000 + runs as u64, repetition);
                let (x, y) = (draw.log_p99s(runs, 0.5), draw.log_p99s(runs, 0.5));
                let (x, y) = (draw.at_levels(&x, 0.03, 0.0), draw.at_levels(&y, 0.03, 0.05_f64.ln_1p()));
                [p(Design::Independent, &x, &y) < 0.05]
            });
            seen
        };
        vec![Share::at_least("10 runs", seen(10), 0.6), Share::at_least("20 runs", seen(20), 0.92)]
    },
};
