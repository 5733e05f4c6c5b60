//! Looks at a comparison that still runs.

use meshery_perf::stats::choose::Design;
use meshery_perf::stats::sequential::spending::ObrienFleming;

use super::{Row, Share, p};
use crate::draw::{Draw, count};

const LOOKS: [u32; 6] = [5, 10, 15, 20, 25, 30];
/// Of the differences of pairs.
const SIGMA: f64 = 0.06;

pub(super) const ROW: Row = Row {
    asks: "looks after 5, 10 .. 30 pairs, stopping at the first difference; σ of a pair 6 %",
    repetitions: 2000,
    shares: |repetitions| {
        let Ok(plan) = ObrienFleming::new(&LOOKS, 0.05) else { return Vec::new() };
        let stopped = |question: u64, shift: f64| {
            count(repetitions, |repetition| {
                let mut draw = Draw::new(question, repetition);
                let level = [0.0; 30];
                let (x, y) = (level.map(f64::exp), draw.at_levels(&level, SIGMA, shift));
                let at = |look: u32| p(Design::Paired, &x[..look as usize], &y[..look as usize]);
                let ps = LOOKS.map(at);
                [ps.iter().enumerate().any(|(look, p)| plan.stops(look, *p)), ps.iter().any(|p| *p < 0.05)]
            })
        };
        let [alarms, naive] = stopped(7000, 0.0);
        let [seen, _] = stopped(7001, 0.03);
        vec![
            Share::at_most("identical arms said to differ", alarms, 0.06),
            Share::at_least("the same at 5 % a look", naive, alarms),
            Share::at_least("+3 % that is seen", seen, 0.70),
        ]
    },
};
