//! Many metrics at once.

use meshery_perf::stats::choose::Design;
use meshery_perf::stats::multiple::benjamini_hochberg;

use super::{Row, Share, p};
use crate::draw::{Draw, count};

const METRICS: usize = 24;
const RUNS: usize = 10;

pub(super) const ROW: Row = Row {
    asks: "24 metrics of identical arms, ten runs, σ 3 %",
    repetitions: 2000,
    shares: |repetitions| {
        let [corrected, raw] = count(repetitions, |repetition| {
            let mut draw = Draw::new(4000, repetition);
            let level = [0.0; RUNS];
            let mut metric = |_| {
                let (x, y) = (draw.at_levels(&level, 0.03, 0.0), draw.at_levels(&level, 0.03, 0.0));
                p(Design::Independent, &x, &y)
            };
            let raw: Vec<f64> = (0..METRICS).map(&mut metric).collect();
            [benjamini_hochberg(&raw), raw].map(|p| p.iter().any(|p| *p < 0.05))
        });
        vec![
            Share::at_most("any said to differ", corrected, 0.055),
            Share::at_least("any, without the correction", raw, corrected),
        ]
    },
};
