//! The window in slots of a second, in bounded memory: a load of hours gets slots of two, four, … seconds.

use std::time::Duration;

use meshery_core::measurement::Slot;

const SECOND: u64 = 1_000_000_000;
/// Slots at most.
const SLOTS: usize = 2048;
/// Buckets per octave are 8, so that nothing in a bucket is farther than 1/8 from anything else in it.
const STEPS: u32 = 3;
/// From 1 µs (2^10 ns) to 68 s (2^36 ns).
const OCTAVES: (u32, u32) = (10, 36);
const BUCKETS: usize = ((OCTAVES.1 - OCTAVES.0) << STEPS) as usize;

#[derive(Clone, Debug)]
pub(super) struct Series {
    /// Length of a slot in nanoseconds.
    width: u64,
    slots: Vec<Tally>,
}

#[derive(Clone, Debug)]
struct Tally {
    scheduled: u64,
    ok: u64,
    sum: u64,
    max: u64,
    buckets: [u32; BUCKETS],
}

impl Default for Tally {
    fn default() -> Self {
        Self { scheduled: 0, ok: 0, sum: 0, max: 0, buckets: [0; BUCKETS] }
    }
}

impl Tally {
    fn merge(&mut self, other: &Self) {
        self.scheduled += other.scheduled;
        self.ok += other.ok;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
        for (count, more) in self.buckets.iter_mut().zip(other.buckets) {
            *count += more;
        }
    }

    fn quantile(&self, q: f64) -> Option<u64> {
        let wanted = (self.ok as f64 * q).ceil() as u64;
        let mut seen = 0;
        let (at, count) = self.buckets.iter().enumerate().find(|(_, count)| {
            seen += u64::from(**count);
            seen >= wanted.max(1)
        })?;
        // As if they lay evenly in their bucket. The largest is known exactly, and no estimate goes beyond it.
        let (low, width) = span(at);
        let before = seen - u64::from(*count);
        let part = (wanted.max(1) - before) as f64 / f64::from(*count);
        Some(((low as f64 + part * width as f64) as u64).min(self.max))
    }
}

fn bucket(nanos: u64) -> usize {
    let nanos = nanos.clamp(1 << OCTAVES.0, (1 << OCTAVES.1) - 1);
    let octave = nanos.ilog2();
    let step = (nanos >> (octave - STEPS)) & ((1 << STEPS) - 1);
    (u64::from((octave - OCTAVES.0) << STEPS) + step) as usize
}

/// Where a bucket begins, and how wide it is.
fn span(bucket: usize) -> (u64, u64) {
    let (octave, step) = (OCTAVES.0 + (bucket as u32 >> STEPS), bucket as u64 & ((1 << STEPS) - 1));
    let width = 1_u64 << (octave - STEPS);
    ((1 << octave) + step * width, width)
}

impl Default for Series {
    fn default() -> Self {
        Self { width: SECOND, slots: Vec::new() }
    }
}

impl Series {
    /// A request ended that was intended at a time in the window; `ok` is its response time, if it ended well.
    pub(super) fn ended(&mut self, at: u64, ok: Option<u64>) {
        while at / self.width >= SLOTS as u64 {
            self.widen();
        }
        let index = (at / self.width) as usize;
        if index >= self.slots.len() {
            self.slots.resize_with(index + 1, Tally::default);
        }
        let slot = &mut self.slots[index];
        slot.scheduled += 1;
        if let Some(nanos) = ok {
            slot.ok += 1;
            slot.sum += nanos;
            slot.max = slot.max.max(nanos);
            slot.buckets[bucket(nanos)] += 1;
        }
    }

    fn widen(&mut self) {
        self.width *= 2;
        let pairs = self.slots.chunks(2).map(|pair| {
            let mut first = pair[0].clone();
            pair.iter().skip(1).for_each(|second| first.merge(second));
            first
        });
        self.slots = pairs.collect();
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        while self.width < other.width {
            self.widen();
        }
        while other.width < self.width {
            other.widen();
        }
        if other.slots.len() > self.slots.len() {
            self.slots.resize_with(other.slots.len(), Tally::default);
        }
        self.slots.iter_mut().zip(&other.slots).for_each(|(slot, more)| slot.merge(more));
    }

    /// The slots of a window of this length; the last may be shorter than the others.
    pub(super) fn finish(&self, window: Duration) -> Vec<Slot> {
        let end = u64::try_from(window.as_nanos()).unwrap_or(u64::MAX);
        let slots = self.slots.iter().enumerate().map(|(index, tally)| {
            let at = index as u64 * self.width;
            let has_any = tally.ok > 0;
            Slot {
                at: Duration::from_nanos(at),
                lasts: Duration::from_nanos(self.width.min(end.saturating_sub(at).max(1))),
                scheduled: tally.scheduled,
                ok: tally.ok,
                mean_ns: tally.sum.checked_div(tally.ok),
                p50_ns: tally.quantile(0.5).filter(|_| has_any),
                p99_ns: tally.quantile(0.99).filter(|_| has_any),
                max_ns: has_any.then_some(tally.max),
            }
        });
        slots.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_time_is_in_its_bucket_and_that_is_narrow(nanos in 1_u64 << 10..1 << 36) {
            let (low, width) = span(bucket(nanos));
            prop_assert!((low..low + width).contains(&nanos) && width <= low / 8);
        }
    }

    #[test]
    fn slots_hold_what_was_intended_in_them() {
        let mut series = Series::default();
        for at in 0..2_500 {
            series.ended(at * 1_000_000, (at % 100 != 0).then_some(50_000 + at));
        }
        let slots = series.finish(Duration::from_millis(2_500));
        let counts: Vec<_> = slots.iter().map(|slot| (slot.scheduled, slot.ok)).collect();
        assert_eq!(counts, [(1000, 990), (1000, 990), (500, 495)]);
        assert_eq!((slots[2].lasts, slots[2].max_ns), (Duration::from_millis(500), Some(52_499)));
        assert!(slots[0].mean_ns.unwrap().abs_diff(50_500) < 10);
    }

    #[test]
    fn a_load_of_hours_stays_bounded_and_loses_nothing() {
        let mut series = Series::default();
        (0..20_000_u64).for_each(|second| series.ended(second * SECOND, Some(1_000_000)));
        let slots = series.finish(Duration::from_secs(20_000));
        assert!(slots.len() <= SLOTS && slots[0].lasts == Duration::from_secs(16), "{}", slots.len());
        assert_eq!(slots.iter().map(|slot| slot.scheduled).sum::<u64>(), 20_000);
    }

    #[test]
    fn threads_merge_whatever_their_widths() {
        let (mut short, mut long) = (Series::default(), Series::default());
        short.ended(0, None);
        (0..5_000_u64).for_each(|second| long.ended(second * SECOND, Some(1)));
        short.merge(long);
        let slots = short.finish(Duration::from_secs(5_000));
        assert_eq!((slots[0].scheduled, slots[0].ok), (5, 4));
    }
}
