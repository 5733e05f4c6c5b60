//! What blocks are good for.

use meshery_perf::stats::choose::Design;

use super::{Row, Share, p};
use crate::draw::{Draw, count};

const RUNS: usize = 10;

pub(super) const ROW: Row = Row {
    asks: "ten blocks whose levels differ with σ 3 %, runs within a block with σ 1 %",
    repetitions: 2000,
    shares: |repetitions| {
        let [alarms, seen, unpaired] = count(repetitions, |repetition| {
            let mut draw = Draw::new(3000, repetition);
            let blocks: Vec<f64> = (0..RUNS).map(|_| 0.03 * draw.normal()).collect();
            let mut arm = |shift: f64| {
                let logs: Vec<f64> =
                    draw.log_p99s(RUNS, 0.5).iter().zip(&blocks).map(|(log, block)| log + block).collect();
                draw.at_levels(&logs, 0.01, shift)
            };
            let (x, same, slower) = (arm(0.0), arm(0.0), arm(0.05_f64.ln_1p()));
            [
                p(Design::Paired, &x, &same) < 0.05,
                p(Design::Paired, &x, &slower) < 0.05,
                p(Design::Independent, &x, &slower) < 0.05,
            ]
        });
        vec![
            Share::at_most("identical arms said to differ", alarms, 0.065),
            Share::at_most("the same while all drifts by 5 %", drifting(repetitions), 0.065),
            Share::at_least("+5 % that is seen in pairs", seen, 0.83),
            Share::at_most("the same without pairs", unpaired, seen),
        ]
    },
};

/// Whatever drifts falls on both arms alike, as their order within a block is drawn.
fn drifting(repetitions: usize) -> f64 {
    let [alarms] = count(repetitions, |repetition| {
        let mut draw = Draw::new(3001, repetition);
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for block in 0..RUNS {
            let drift = |run: usize| 0.05 * (2 * block + run) as f64 / (2 * RUNS) as f64;
            let first = draw.normal() < 0.0;
            let levels = [drift(usize::from(!first)), drift(usize::from(first))];
            let values = draw.at_levels(&levels, 0.01, 0.0);
            x.push(values[0]);
            y.push(values[1]);
        }
        [p(Design::Paired, &x, &y) < 0.05]
    });
    alarms
}
