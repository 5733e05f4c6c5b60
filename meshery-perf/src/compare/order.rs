//! The order of runs: every block holds each arm once, in a random order that a seed repeats.

use crate::rng::SplitMix64;

/// The arms of a block, counted from 1, in order. Each block has a generator of its own, so that block `n` is the same
/// however many blocks there are.
pub(crate) fn arms(seed: u64, block: u32, arms: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..arms).collect();
    SplitMix64::new(seed.wrapping_add(u64::from(block.saturating_sub(1)))).shuffle(&mut order);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_holds_every_arm_once_and_orders_differ() {
        let all: Vec<_> = (1..=50).map(|block| arms(1, block, 4)).collect();
        for block in &all {
            let mut sorted = block.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3]);
        }
        assert!(all.iter().collect::<std::collections::BTreeSet<_>>().len() > 10);
        assert_eq!(arms(1, 3, 4), all[2]);
        assert_ne!((1..=50).map(|block| arms(2, block, 4)).collect::<Vec<_>>(), all);
    }
}
