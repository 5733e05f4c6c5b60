//! Recorded send times.

use meshery_core::Rate;
use meshery_core::pace::Replay;

pub(super) fn times(replay: &Replay) -> impl Iterator<Item = u64> + Send + use<> {
    replay.at_ns.clone().into_iter()
}

/// The mean rate of a recording; `None` when it takes no time.
pub(super) fn mean(replay: &Replay) -> Option<Rate> {
    let last = *replay.at_ns.last()?;
    Rate::per_second(replay.at_ns.len() as f64 / (last as f64 / 1e9)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_as_they_were_recorded() {
        let replay = Replay { at_ns: vec![0, 3, 3, 2_000_000_000] };
        assert_eq!(times(&replay).collect::<Vec<_>>(), replay.at_ns);
        assert_eq!(mean(&replay).unwrap().to_string(), "2/s");
        assert!(mean(&Replay { at_ns: vec![0, 0] }).is_none());
    }
}
