//! How often each verdict is reached.

use meshery_core::Verdict;
use meshery_perf::stats::choose::{Comparison, Design, Scale};
use meshery_perf::stats::verdict::{Rules, judge};

use super::{Row, Share};
use crate::draw::{Draw, count};

/// Noise of a run, runs an arm, and the shares of regressed, improved, equivalent and inconclusive in percent when the
/// truth is no difference, +2 %, +5 % and +10 %: the reference's own simulation.
type Case = (f64, usize, [[f64; 4]; 4]);

const TRUTHS: [f64; 4] = [0.0, 0.02, 0.05, 0.10];

const CASES: [Case; 5] = [
    (0.02, 5, [[0.7, 0.7, 92.7, 5.9], [16.4, 0.0, 65.6, 18.0], [88.2, 0.0, 4.6, 7.2], [100.0, 0.0, 0.0, 0.0]]),
    (0.02, 10, [[0.0, 0.0, 100.0, 0.0], [7.1, 0.0, 92.8, 0.1], [95.1, 0.0, 4.9, 0.0], [100.0, 0.0, 0.0, 0.0]]),
    (0.042, 5, [[2.1, 2.0, 13.7, 82.2], [8.6, 0.3, 10.7, 80.4], [34.2, 0.0, 2.9, 62.9], [86.0, 0.0, 0.0, 14.0]]),
    (0.042, 10, [[2.5, 2.4, 59.7, 35.4], [16.1, 0.1, 40.6, 43.3], [68.6, 0.0, 4.9, 26.5], [99.7, 0.0, 0.0, 0.3]]),
    (0.042, 20, [[1.4, 1.7, 95.1, 1.8], [24.7, 0.0, 69.1, 6.2], [93.1, 0.0, 5.2, 1.8], [100.0, 0.0, 0.0, 0.0]]),
];

const VERDICTS: [Verdict; 4] = [Verdict::Regressed, Verdict::Improved, Verdict::Equivalent, Verdict::Inconclusive];

pub(super) const ROW: Row = Row {
    asks: "verdicts with a margin of 5 %: how far the share of any is from the reference's",
    repetitions: 10_000,
    shares: |repetitions| {
        let cells = CASES.iter().flat_map(|(sigma, runs, expected)| {
            TRUTHS.iter().zip(expected).map(move |(truth, expected)| {
                let found = shares(repetitions, (*sigma, *runs), *truth);
                let off = found.iter().zip(expected).map(|(found, expected)| (found - expected / 100.0).abs());
                let what = format!("σ {:.1} %, {runs} runs, truly {:+.0} %", sigma * 100.0, truth * 100.0);
                Share::at_most(what, off.fold(0.0, f64::max), 0.015)
            })
        });
        cells.collect()
    },
};

fn shares(repetitions: usize, (sigma, runs): (f64, usize), truth: f64) -> [f64; 4] {
    let question = 6000 + runs as u64 + (sigma * 1e4) as u64 * 100 + (truth * 100.0) as u64 * 100_000;
    let rules = Rules { min_runs: 5, ..Rules::default() };
    let comparison = Comparison { design: Design::Independent, scale: Scale::Ratio, resamples: 0, seed: 0 };
    count(repetitions, |repetition| {
        let mut draw = Draw::new(question, repetition);
        let level = vec![0.0; runs];
        let (x, y) = (draw.at_levels(&level, sigma, 0.0), draw.at_levels(&level, sigma, truth.ln_1p()));
        let answer = comparison.of(&x, &y);
        let verdict = answer.and_then(|answer| judge(&answer, answer.p(), true, &rules)).map(|found| found.verdict);
        VERDICTS.map(|asked| verdict.as_ref().is_ok_and(|verdict| *verdict == asked))
    })
}
