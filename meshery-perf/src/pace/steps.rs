//! One constant rate after another.

use meshery_core::pace::Level;

use super::{constant, nanos};

pub(super) fn times(levels: Vec<Level>) -> impl Iterator<Item = u64> + Send {
    let mut begin = 0_u64;
    levels.into_iter().flat_map(move |level| {
        let (offset, lasts) = (begin, nanos(level.lasts));
        begin = begin.saturating_add(lasts);
        constant::times(level.rate).take_while(move |at| *at < lasts).map(move |at| offset + at)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::rate;
    use super::*;
    use std::time::Duration;

    #[test]
    fn each_step_has_its_rate_and_the_load_ends_with_the_last() {
        let level = |per_second, secs| Level { rate: rate(per_second), lasts: Duration::from_secs(secs) };
        let seconds: Vec<_> = times(vec![level(2.0, 1), level(4.0, 1)]).map(|at| at as f64 / 1e9).collect();
        assert_eq!(seconds, [0.0, 0.5, 1.0, 1.25, 1.5, 1.75]);
    }
}
