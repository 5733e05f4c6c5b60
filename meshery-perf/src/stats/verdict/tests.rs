use super::*;
use crate::rng::SplitMix64;
use crate::stats::choose::{Comparison, Design, Scale};

fn answer(design: Design, x: &[f64], y: &[f64]) -> Answer {
    Comparison { design, scale: Scale::Ratio, resamples: 0, seed: 1 }.of(x, y).unwrap()
}

fn around(centre: f64, spread: f64, runs: usize) -> Vec<f64> {
    (0..runs).map(|run| centre * (1.0 + spread * (run as f64 / (runs - 1) as f64 - 0.5))).collect()
}

fn verdict(change: f64, spread: f64, runs: usize) -> Judgement {
    let answer = answer(Design::Independent, &around(1.0, spread, runs), &around(1.0 + change, spread, runs));
    judge(&answer, answer.p(), true, &Rules::default()).unwrap()
}

#[test]
fn the_rules_in_turn() {
    assert_eq!(verdict(0.0, 0.02, 10).verdict, Verdict::Equivalent);
    let small = verdict(0.02, 0.02, 10);
    assert!(small.verdict == Verdict::Equivalent && small.detectable, "real, and too small to matter");
    let large = verdict(0.2, 0.02, 10);
    assert!(large.verdict == Verdict::Regressed && large.beyond_margin && large.causes.is_empty());
    assert_eq!(verdict(-0.2, 0.02, 10).verdict, Verdict::Improved);
    let moderate = verdict(0.06, 0.06, 10);
    assert!(moderate.verdict == Verdict::Regressed && !moderate.beyond_margin);
    let unclear = verdict(0.05, 0.4, 10);
    assert_eq!((unclear.verdict, unclear.causes), (Verdict::Inconclusive, vec![Cause::NotSettled]));
    assert_eq!(verdict(0.2, 0.02, 6).causes, [Cause::FewRuns]);
}

#[test]
fn what_no_figure_can_make_up_for() {
    let (x, y) = (around(1.0, 0.02, 10), around(1.5, 0.02, 10));
    let ordered = answer(Design::Ordered, &x, &y);
    let judgement = judge(&ordered, ordered.p(), true, &Rules::default()).unwrap();
    assert_eq!((judgement.verdict, judgement.causes), (Verdict::Inconclusive, vec![Cause::Confounded]));
    let paired = answer(Design::Paired, &x, &y);
    assert_eq!(judge(&paired, paired.p(), false, &Rules::default()).unwrap().verdict, Verdict::Invalid);
    assert_eq!(verdict(0.5, 0.02, 4).causes, [Cause::TooFewRuns]);
    assert_eq!(judge(&paired, 0.2, true, &Rules::default()).unwrap().verdict, Verdict::Inconclusive, "the correction");
    assert!(judge(&paired, f64::NAN, true, &Rules::default()).is_err());
}

#[test]
fn more_is_better_for_throughput() {
    let answer = answer(Design::Independent, &around(1.0, 0.02, 10), &around(1.2, 0.02, 10));
    let rules = Rules { higher_is_better: true, ..Rules::default() };
    assert_eq!(judge(&answer, answer.p(), true, &rules).unwrap().verdict, Verdict::Improved);
}

#[test]
fn the_outlook_is_that_of_the_plan() {
    let unclear = verdict(0.05, 0.4, 10);
    let needed = unclear.runs_for_difference.unwrap();
    assert!(needed > 10 && unclear.would_have_shown.unwrap() > 0.05, "{unclear:?}");
    assert!(unclear.runs_for_equivalence.unwrap() > needed);
    let same = answer(Design::Paired, &[2.0; 10], &[2.0; 10]);
    let same = judge(&same, same.p(), true, &Rules::default()).unwrap();
    assert_eq!((same.verdict, same.would_have_shown), (Verdict::Equivalent, None));
}

/// The expected shares of regressed, improved and equivalent in percent (Welch, margin 5 %, one comparison): six cells of
/// standard deviation, runs and true change, each within 1.5 points and three standard errors of 1,500 draws.
#[test]
fn the_expected_shares() {
    let mut rng = SplitMix64::new(21);
    let mut normal = || {
        let (u, v) = (1.0 - rng.unit(), rng.unit());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    };
    for (sd, runs, change, expected) in [
        (0.02, 5, 0.0_f64, [0.7, 0.7, 92.7]),
        (0.02, 10, 0.02, [7.1, 0.0, 92.8]),
        (0.042, 10, 0.0, [2.5, 2.4, 59.7]),
        (0.042, 10, 0.05, [68.6, 0.0, 4.9]),
        (0.042, 20, 0.02, [24.7, 0.0, 69.1]),
        (0.042, 5, 0.1, [86.0, 0.0, 0.0]),
    ] {
        let mut seen = [0; 3];
        for _ in 0..1500 {
            let x: Vec<f64> = (0..runs).map(|_| (sd * normal()).exp()).collect();
            let y: Vec<f64> = (0..runs).map(|_| (1.0 + change) * (sd * normal()).exp()).collect();
            let answer = answer(Design::Independent, &x, &y);
            match decide(&answer, answer.p(), true, &Rules::default()).verdict {
                Verdict::Regressed => seen[0] += 1,
                Verdict::Improved => seen[1] += 1,
                Verdict::Equivalent => seen[2] += 1,
                Verdict::Inconclusive | Verdict::Invalid => {}
            }
        }
        for (seen, expected) in seen.into_iter().zip(expected) {
            let (found, share) = (100.0 * f64::from(seen) / 1500.0, expected / 100.0);
            let error = 100.0 * (share * (1.0 - share) / 1500.0_f64).sqrt();
            assert!((found - expected).abs() <= 1.5 + 3.0 * error, "{sd} {runs} {change}: {found} {expected}");
        }
    }
}
