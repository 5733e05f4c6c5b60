use std::time::Duration;

use meshery_core::load::{Precision, Tool};
use meshery_core::measurement::Slot;
use meshery_core::{Fate, LoadSpec, Pace, Rate, Stop};

use super::*;
use crate::engine::percentiles;
use crate::rng::SplitMix64;

/// A run without fault: 1,000 requests a second, of 100 µs each.
struct Sound {
    measurement: Measurement,
    blocks: Vec<Vec<Sampled>>,
}

const GAP: u64 = 1_000_000;

fn sound(pace: Pace) -> Sound {
    let mut spec = LoadSpec::new("http://127.0.0.1/");
    spec.pace = pace;
    let mut measurement = Measurement::new(Tool { name: "t".into(), version: "0".into() }, &spec);
    measurement.achieved = measurement.asked;
    measurement.window = Duration::from_secs(4);
    measurement.generator.threads = 1;
    let mut rng = SplitMix64::new(3);
    let mut at = 0;
    let mut request = || {
        at += match spec.pace {
            Pace::Poisson(_) => (-(1.0 - rng.unit()).ln() * GAP as f64) as u64,
            _ => GAP,
        };
        let response = (100_000.0 * (1.0 + 0.2 * (rng.unit() - 0.5))) as u64;
        Sampled { intended: at, sent: at + 1_000, response: Some(response) }
    };
    let blocks: Vec<Vec<Sampled>> = (0..32).map(|_| (0..128).map(|_| request()).collect()).collect();
    for sampled in blocks.iter().flatten() {
        measurement.measured.counts.add(Fate::Ok, Some(200));
        measurement.measured.response.record_nanos(sampled.response.unwrap());
        measurement.measured.service.record_nanos(99_000);
        measurement.measured.own_lag.record_nanos(1_000);
    }
    measurement.percentiles = percentiles::estimate(&measurement.measured.response, 4096.0);
    Sound { measurement, blocks }
}

fn constant() -> Sound {
    sound(Pace::Constant(Rate::per_second(1000.0).unwrap()))
}

fn poisson() -> Sound {
    sound(Pace::Poisson(Rate::per_second(1000.0).unwrap()))
}

/// What is said of a run that is spoilt in one way: reasons that make it invalid, and warnings.
fn said(mut run: Sound, spoil: impl FnOnce(&mut Sound)) -> (Vec<Doubt>, Vec<Doubt>) {
    spoil(&mut run);
    let validity = judge(&run.measurement, &run.blocks, None);
    let codes = |reasons: &[Reason]| reasons.iter().map(|reason| reason.code).collect();
    (codes(&validity.invalid), codes(&validity.warnings))
}

#[test]
fn a_sound_run_is_valid() {
    assert_eq!(said(constant(), |_| {}), (vec![], vec![]));
    assert_eq!(said(poisson(), |_| {}), (vec![], vec![]));
    assert_eq!(said(sound(Pace::Closed), |_| {}), (vec![], vec![]));
}

#[test]
fn a_run_that_failed_is_invalid() {
    let late =
        |nanos| move |run: &mut Sound| (0..9000).for_each(|_| run.measurement.measured.own_lag.record_nanos(nanos));
    for (doubt, found) in [
        (Doubt::RateNotAchieved, said(constant(), |run| run.measurement.achieved = Rate::per_second(900.0).ok())),
        (
            Doubt::Errors,
            said(constant(), |run| {
                (0..90).for_each(|_| run.measurement.measured.counts.add(Fate::Reset, None));
            }),
        ),
        (Doubt::NoAnswers, said(constant(), |run| run.measurement.measured.service = meshery_core::Latencies::new())),
        (Doubt::GeneratorLate, said(constant(), late(20_000))),
    ] {
        assert_eq!(found.0, [doubt]);
    }
}

#[test]
fn a_late_tail_is_a_warning() {
    let spoil = |run: &mut Sound| (0..400).for_each(|_| run.measurement.measured.own_lag.record_nanos(50_000));
    assert_eq!(said(constant(), spoil), (vec![], vec![Doubt::GeneratorLate]));
}

#[test]
fn arrivals_by_another_law_are_found() {
    // Every second request leaves with the one before it, as from a timer that is too coarse.
    let clumps = |run: &mut Sound| {
        for block in &mut run.blocks {
            (1..block.len()).step_by(2).for_each(|index| block[index].sent = block[index - 1].sent);
        }
    };
    assert_eq!(said(constant(), clumps), (vec![], vec![Doubt::Arrivals]));
    assert_eq!(said(poisson(), clumps), (vec![], vec![Doubt::Arrivals]));
    // Even where random arrivals were asked for.
    let even = |run: &mut Sound| {
        let sends = run.blocks.iter_mut().flatten().enumerate();
        sends.for_each(|(index, sampled)| sampled.sent = index as u64 * GAP);
    };
    assert_eq!(said(poisson(), even), (vec![], vec![Doubt::Arrivals]));
}

#[test]
fn the_law_of_arrivals_holds_for_one_thread_of_several() {
    // Every third arrival of a Poisson process of 1,000/s: what one of three threads sends.
    let third = |run: &mut Sound| {
        run.measurement.spec.threads = 3;
        let all: Vec<Sampled> = run.blocks.concat();
        run.blocks = vec![all.into_iter().step_by(3).collect()];
    };
    assert_eq!(said(poisson(), third), (vec![], vec![]));
    let wrong = |run: &mut Sound| run.measurement.spec.threads = 3;
    assert_eq!(said(poisson(), wrong), (vec![], vec![Doubt::Arrivals]));
}

#[test]
fn answers_that_resemble_their_predecessors_are_worth_less() {
    let waves = |run: &mut Sound| {
        for block in &mut run.blocks {
            let slow = |index: usize| 100_000 + (20_000.0 * (index as f64 / 10.0).sin()) as u64;
            block.iter_mut().enumerate().for_each(|(index, sampled)| sampled.response = Some(slow(index)));
        }
    };
    assert_eq!(said(constant(), waves), (vec![], vec![Doubt::Dependent]));
    let mut run = constant();
    assert!((independence(&run.blocks) - 1.0).abs() < 1e-9);
    waves(&mut run);
    assert!(independence(&run.blocks) < 0.1);
}

#[test]
fn a_run_that_changes_is_not_steady() {
    let drift = |by: f64| {
        move |run: &mut Sound| {
            let blocks = run.blocks.len() as f64;
            for (index, block) in run.blocks.iter_mut().enumerate() {
                let factor = 1.0 + by * index as f64 / blocks;
                for sampled in block {
                    sampled.response = sampled.response.map(|nanos| (nanos as f64 * factor) as u64);
                }
            }
        }
    };
    assert_eq!(said(constant(), drift(0.05)), (vec![], vec![]), "a change that does not matter");
    let (invalid, warnings) = said(constant(), drift(0.3));
    assert!(invalid.is_empty() && warnings.contains(&Doubt::NotSteady), "{warnings:?}");
    assert_eq!(said(constant(), drift(3.0)).0, [Doubt::NotSteady]);
}

#[test]
fn a_long_run_that_settles_late_is_invalid() {
    let series = |settles: u64| {
        move |run: &mut Sound| {
            let slot = |second: u64| Slot {
                p50_ns: Some(100_000 + 2_000 * settles.saturating_sub(second) + second % 7),
                ..Slot::default()
            };
            run.measurement.series = (0..200).map(slot).collect();
        }
    };
    assert_eq!(said(constant(), series(20)), (vec![], vec![]));
    assert_eq!(said(constant(), series(150)), (vec![Doubt::NotSettled], vec![]));
}

#[test]
fn percentiles_that_are_not_known_are_said() {
    let few = |run: &mut Sound| {
        run.measurement.percentiles = percentiles::estimate(&run.measurement.measured.response, 50.0);
    };
    assert_eq!(said(constant(), few), (vec![], vec![Doubt::TooFewSamples]));
    let precision = |within: f64| {
        move |run: &mut Sound| {
            let at_most = Duration::from_secs(1);
            run.measurement.spec.stop = Stop::Precision(Precision { percentile: 90.0, within, at_most });
        }
    };
    assert_eq!(said(constant(), precision(0.1)), (vec![], vec![]));
    assert_eq!(said(constant(), precision(0.0001)), (vec![], vec![Doubt::Imprecise]));
}

#[test]
fn a_generator_without_a_processor_is_said() {
    let used = |busy: u64, switches: u64, steal: u64| {
        move |run: &mut Sound| {
            run.measurement.generator.cpu = Duration::from_millis(busy);
            run.measurement.generator.involuntary_switches = Some(switches);
            run.measurement.generator.steal = Some(Duration::from_millis(steal));
        }
    };
    assert_eq!(said(constant(), used(3_000, 100, 100)), (vec![], vec![]));
    assert_eq!(said(constant(), used(3_900, 0, 0)), (vec![], vec![Doubt::GeneratorBusy]));
    assert_eq!(said(constant(), used(0, 2_000, 0)), (vec![], vec![Doubt::Disturbed]));
    assert_eq!(said(constant(), used(0, 0, 1_000)), (vec![], vec![Doubt::Disturbed]));
    let spins = |run: &mut Sound| {
        used(4_000, 0, 0)(run);
        run.measurement.spec.wait = meshery_core::load::Wait::Spin;
    };
    assert_eq!(said(constant(), spins), (vec![], vec![]));
}
