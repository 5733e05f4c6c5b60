//! Identical arms.

use meshery_perf::stats::choose::Design;

use super::{Row, Share, p};
use crate::draw::{Draw, count};

const SIGMAS: [f64; 3] = [0.0, 0.01, 0.03];

pub(super) const ROW: Row = Row {
    asks: "identical arms said to differ at α = 5 %, by how requests resemble each other, how levels differ, and runs",
    repetitions: 2000,
    shares: |repetitions| {
        let mut cells = Vec::new();
        for rho in [0.0, 0.5, 0.9] {
            for runs in [5, 10, 20] {
                let question = 1000 + (rho * 10.0) as u64 * 100 + runs as u64;
                let found = count(repetitions, |repetition| {
                    let mut draw = Draw::new(question, repetition);
                    let (x, y) = (draw.log_p99s(runs, rho), draw.log_p99s(runs, rho));
                    SIGMAS.map(|sigma| {
                        let (x, y) = (draw.at_levels(&x, sigma, 0.0), draw.at_levels(&y, sigma, 0.0));
                        p(Design::Independent, &x, &y) < 0.05
                    })
                });
                let share = |(sigma, found): (f64, f64)| Share {
                    what: format!("ρ {rho}, σ {:.0} %, {runs} runs", sigma * 100.0),
                    found,
                    least: 0.025,
                    most: 0.065,
                };
                cells.extend(SIGMAS.into_iter().zip(found).map(share));
            }
        }
        let mean = cells.iter().map(|cell| cell.found).sum::<f64>() / cells.len() as f64;
        cells.push(Share::at_most("all cells together", mean, 0.055));
        cells
    },
};
