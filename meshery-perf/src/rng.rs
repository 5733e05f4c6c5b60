//! SplitMix64 (Steele, Lea & Flood 2014): a tiny seeded generator whose sequence is the same everywhere and for ever, so
//! that a seed in a result file repeats the order of its runs.

pub(crate) struct SplitMix64(u64);

/// A seed for work that was given none. Below 2⁵³, so that every JSON reader keeps it exactly.
pub(crate) fn draw_seed(now: u64) -> u64 {
    SplitMix64::new(now ^ (u64::from(std::process::id()) << 40)).next() >> 11
}

impl SplitMix64 {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1, one of 2^53 evenly spaced values.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform below `bound`, without bias: values from the uneven end of the range are drawn again.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let value = self.next();
            if value < limit {
                return value % bound;
            }
        }
    }

    /// A random order (Fisher–Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        let mut rng = SplitMix64::new(1_234_567);
        let first: Vec<_> = (0..3).map(|_| rng.next()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn every_order_is_as_likely_as_any_other() {
        let mut rng = SplitMix64::new(7);
        let mut seen = std::collections::BTreeMap::new();
        for _ in 0..6000 {
            let mut items = [0, 1, 2];
            rng.shuffle(&mut items);
            *seen.entry(items).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 6);
        // Each of the six orders 1,000 times, within five standard deviations (29).
        assert!(seen.values().all(|count| (855..1145).contains(count)), "{seen:?}");
    }
}
