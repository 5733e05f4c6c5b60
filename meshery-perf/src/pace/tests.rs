//! What every schedule must keep, on a clock that stands still until it is moved.

use super::*;
use meshery_core::Rate;
use meshery_core::pace::{Jittered, Level, Ramp, Replay};

pub(super) const SECOND: u64 = 1_000_000_000;

pub(super) fn rate(per_second: f64) -> Rate {
    Rate::per_second(per_second).unwrap()
}

/// Polls a schedule to its end, jumping to what it waits for.
pub(super) fn drain(schedule: &mut dyn Schedule, step: u64) -> Vec<Due> {
    let (mut due, mut now) = (Vec::new(), 0);
    loop {
        match schedule.poll(now, true) {
            Arrival::Due(arrival) => {
                due.push(arrival);
                now += step;
            }
            Arrival::Later(at) => now = at,
            Arrival::WhenFree => now += step,
            Arrival::Finished => return due,
        }
    }
}

fn open_paces() -> Vec<Pace> {
    let levels = [(1000.0, 300), (50.0, 200), (400.0, 500)];
    let level = |(per_second, millis)| Level { rate: rate(per_second), lasts: Duration::from_millis(millis) };
    vec![
        Pace::Constant(rate(777.7)),
        Pace::Jittered(Jittered { rate: rate(500.0), jitter: 1.0 }),
        Pace::Poisson(rate(600.0)),
        Pace::PoissonExact(rate(600.0)),
        Pace::Ramp(Ramp { from: rate(100.0), to: rate(900.0), over: Duration::from_millis(700) }),
        Pace::Replay(Replay { at_ns: (0..500).map(|index| index * index * 3000).collect() }),
        Pace::Steps(levels.map(level).into()),
    ]
}

fn spec(pace: Pace, stop: Stop) -> LoadSpec {
    let warm_up = Duration::from_millis(250);
    LoadSpec { pace, stop, warm_up, ..LoadSpec::new("http://127.0.0.1/") }
}

fn all(spec: &LoadSpec, threads: u64) -> Vec<Due> {
    let of_thread = |thread| drain(&mut *schedule(spec, 42, Share { thread, of: threads }), 1);
    let mut due: Vec<Due> = (0..threads).flat_map(of_thread).collect();
    due.sort_by_key(|due| due.at);
    due
}

#[test]
fn threads_together_send_what_one_would() {
    for pace in open_paces() {
        let spec = spec(pace, Stop::Duration(Duration::from_secs(1)));
        let one = all(&spec, 1);
        assert!(one.len() > 100, "{:?}", spec.pace);
        assert!(one.is_sorted_by_key(|due| due.at), "{:?}", spec.pace);
        assert_eq!(all(&spec, 3), one, "{:?}", spec.pace);
    }
}

#[test]
fn the_window_begins_after_the_warm_up_and_ends_in_time() {
    for pace in open_paces() {
        let spec = spec(pace, Stop::Duration(Duration::from_millis(600)));
        for due in all(&spec, 1) {
            assert_eq!(due.measured, due.at >= SECOND / 4, "{:?}", spec.pace);
            assert!(due.at < SECOND / 4 + 600_000_000, "{:?}", spec.pace);
        }
    }
}

#[test]
fn a_count_is_exact() {
    for pace in open_paces() {
        let spec = spec(pace, Stop::Count(333));
        let measured = all(&spec, 2).iter().filter(|due| due.measured).count();
        assert_eq!(measured, 333, "{:?}", spec.pace);
        assert_eq!(planned(&spec, 42).unwrap().count, 333);
    }
}

#[test]
fn what_is_planned_is_what_is_scheduled() {
    for pace in open_paces() {
        let spec = spec(pace, Stop::Duration(Duration::from_millis(800)));
        let measured = all(&spec, 1).iter().filter(|due| due.measured).count() as u64;
        let planned = planned(&spec, 42).unwrap();
        assert_eq!(planned.count, measured, "{:?}", spec.pace);
        assert!(planned.time <= Duration::from_millis(800));
    }
}

#[test]
fn the_same_seed_gives_the_same_times_and_another_seed_others() {
    let take = |pace: &Pace, seed| -> Vec<u64> {
        times(pace, &Stop::Duration(Duration::from_secs(1)), seed).unwrap().take(100).collect()
    };
    for pace in open_paces() {
        assert_eq!(take(&pace, 7), take(&pace, 7), "{pace:?}");
        let random = matches!(pace, Pace::Jittered(_) | Pace::Poisson(_) | Pace::PoissonExact(_));
        assert_eq!(take(&pace, 7) != take(&pace, 8), random, "{pace:?}");
    }
}

#[test]
fn a_late_poll_gives_every_missed_arrival() {
    let spec = LoadSpec { warm_up: Duration::ZERO, ..spec(Pace::Constant(rate(1000.0)), Stop::Count(1000)) };
    let mut schedule = schedule(&spec, 0, Share { thread: 0, of: 1 });
    let missed = std::iter::from_fn(|| match schedule.poll(10_500_000, false) {
        Arrival::Due(due) => Some(due.at),
        _ => None,
    });
    assert_eq!(missed.collect::<Vec<_>>(), (0..=10).map(|index| index * 1_000_000).collect::<Vec<_>>());
}
