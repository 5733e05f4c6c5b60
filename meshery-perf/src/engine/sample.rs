//! A bounded sample of consecutive requests, from the whole of a run: what the validity rules look at.
//!
//! Blocks of consecutive requests are kept. When there are too many of them, every other one is forgotten and from then on
//! only every other one is begun, so that the blocks always lie evenly over the run.

/// Requests in a block.
const LENGTH: usize = 128;
/// Blocks kept at most.
const BLOCKS: usize = 32;

/// A request of the sample, in nanoseconds since the start of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sampled {
    pub(super) intended: u64,
    pub(super) sent: u64,
    /// Its response time; `None` when it was not answered.
    pub(super) response: Option<u64>,
}

/// Where a request is in the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Tells whether the block is still kept.
    block: u64,
    index: usize,
}

#[derive(Debug, Default)]
pub(super) struct Sampler {
    blocks: Vec<(u64, Vec<Sampled>)>,
    /// Requests seen.
    seen: u64,
    /// One of so many blocks is kept, as a power of two.
    stride: u32,
}

impl Sampler {
    /// A request was sent; its place, if it belongs to the sample.
    pub(super) fn sent(&mut self, intended: u64, sent: u64) -> Option<Place> {
        let block = self.seen / LENGTH as u64;
        self.seen += 1;
        if block.trailing_zeros() < self.stride && block != 0 {
            return None;
        }
        if self.blocks.last().is_none_or(|(last, _)| *last != block) {
            self.thin_out();
            if block.trailing_zeros() < self.stride && block != 0 {
                return None;
            }
            self.blocks.push((block, Vec::with_capacity(LENGTH)));
        }
        let (_, requests) = self.blocks.last_mut()?;
        requests.push(Sampled { intended, sent, response: None });
        Some(Place { block, index: requests.len() - 1 })
    }

    /// A request of the sample was answered.
    pub(super) fn answered(&mut self, place: Place, response: u64) {
        let found = self.blocks.binary_search_by_key(&place.block, |(block, _)| *block);
        if let Some(sampled) = found.ok().and_then(|at| self.blocks[at].1.get_mut(place.index)) {
            sampled.response = Some(response);
        }
    }

    /// The blocks of consecutive requests.
    pub(super) fn finish(self) -> Vec<Vec<Sampled>> {
        self.blocks.into_iter().map(|(_, requests)| requests).collect()
    }

    fn thin_out(&mut self) {
        if self.blocks.len() >= BLOCKS {
            self.stride += 1;
            let stride = self.stride;
            self.blocks.retain(|(block, _)| *block == 0 || block.trailing_zeros() >= stride);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_consecutive_bounded_and_spread_evenly() {
        let mut sampler = Sampler::default();
        for at in 0..1_000_000_u64 {
            if let Some(place) = sampler.sent(at, at) {
                sampler.answered(place, at);
            }
        }
        let blocks = sampler.finish();
        assert!((BLOCKS / 2..=BLOCKS).contains(&blocks.len()), "{}", blocks.len());
        for block in &blocks {
            assert!(block.windows(2).all(|pair| pair[1].sent == pair[0].sent + 1));
            assert!(block.iter().all(|sampled| sampled.response == Some(sampled.sent)));
        }
        let starts: Vec<_> = blocks.iter().map(|block| block[0].sent).collect();
        let gaps: std::collections::BTreeSet<_> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(gaps.len(), 1, "{starts:?}");
        assert!(starts.last().unwrap() > &900_000);
    }

    #[test]
    fn an_answer_for_a_forgotten_block_is_forgotten() {
        let mut sampler = Sampler::default();
        let late = (0..LENGTH as u64 * 2).filter_map(|at| sampler.sent(at, at)).last().unwrap();
        assert!((0..100_000).filter_map(|at| sampler.sent(at, at)).count() > 0);
        sampler.answered(late, 1);
        assert!(sampler.finish().iter().flatten().all(|sampled| sampled.response.is_none()));
    }
}
