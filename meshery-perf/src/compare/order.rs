//! The order of runs: every block holds each arm once, in a random order that a seed repeats.

use crate::rng::SplitMix64;

/// The arms of each block in order. Each block has a generator of its own, so that block `n` is the same however many
/// blocks there are.
pub(super) fn blocks(seed: u64, rounds: u32, arms: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..rounds).map(move |block| {
        let mut order: Vec<usize> = (0..arms).collect();
        SplitMix64::new(seed.wrapping_add(u64::from(block))).shuffle(&mut order);
        order
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_holds_every_arm_once_and_orders_differ() {
        let all: Vec<_> = blocks(1, 50, 4).collect();
        for block in &all {
            let mut sorted = block.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3]);
        }
        assert!(all.iter().collect::<std::collections::BTreeSet<_>>().len() > 10);
        assert_eq!(blocks(1, 3, 4).collect::<Vec<_>>(), all[..3]);
        assert_ne!(blocks(2, 50, 4).collect::<Vec<_>>(), all);
    }
}
