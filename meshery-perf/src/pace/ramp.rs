//! A rate that changes evenly, and stays where it arrives.

use meshery_core::pace::Ramp;

pub(super) fn times(ramp: &Ramp) -> impl Iterator<Item = u64> + Send + use<> {
    let (from, to, over) = (ramp.from.get(), ramp.to.get(), ramp.over.as_secs_f64());
    let slope = (to - from) / over;
    let arrived = f64::midpoint(from, to) * over;
    (0_u64..).map(move |index| {
        let index = index as f64;
        let seconds = if index < arrived {
            // from·t + slope·t²/2 = index, solved in the form that loses no digits when the slope is small.
            2.0 * index / (from + (from * from + 2.0 * slope * index).sqrt())
        } else {
            over + (index - arrived) / to
        };
        (seconds * 1e9) as u64
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{SECOND, rate};
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_rate_is_where_it_should_be() {
        for (from, to) in [(100.0, 1000.0), (1000.0, 100.0), (500.0, 500.0)] {
            let ramp = Ramp { from: rate(from), to: rate(to), over: Duration::from_secs(10) };
            let between =
                |a: u64, b: u64| times(&ramp).skip_while(|at| *at < a).take_while(|at| *at < b).count() as f64;
            for second in 0..12 {
                let middle = (second as f64 + 0.5).min(10.0);
                let expected = from + (to - from) * middle / 10.0;
                let found = between(second * SECOND, (second + 1) * SECOND);
                assert!((found - expected).abs() <= 1.0, "{from} to {to}, second {second}: {found}, not {expected}");
            }
        }
    }
}
