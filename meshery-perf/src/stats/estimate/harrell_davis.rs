//! Harrell & Davis' quantile (1982): all order statistics, weighted by how likely each is to be the quantile.

use meshery_core::Result;

use crate::stats::{input, special};

/// Weights below this share of all are left out.
const NEGLIGIBLE: f64 = 1e-20;

/// The weights for one sample size and one quantile; reused over resamples.
///
/// ```
/// use meshery_perf::stats::estimate::harrell_davis::HarrellDavis;
///
/// let weights = HarrellDavis::new(5, 0.5)?;
/// assert!((weights.quantile(&[5.0, 1.0, 4.0, 2.0, 3.0])? - 3.0).abs() < 1e-12);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HarrellDavis {
    n: usize,
    first: usize,
    weights: Vec<f64>,
}

impl HarrellDavis {
    /// The weights wᵢ = I_{i/n}(a, b) − I_{(i−1)/n}(a, b), a = (n + 1) q, b = (n + 1)(1 − q).
    ///
    /// # Errors
    /// `InvalidInput` for n = 0 or q not between 0 and 1.
    pub fn new(n: usize, q: f64) -> Result<Self> {
        input::count("n", n, 1)?;
        input::share("q", q)?;
        let (a, b) = ((n + 1) as f64 * q, (n + 1) as f64 * (1.0 - q));
        let edge = |i: usize| special::incomplete_beta(a, b, i as f64 / n as f64, (n - i) as f64 / n as f64);
        // From the cell of the quantile outwards, each half by the tail that is small there.
        let centre = ((n as f64 * q) as usize).min(n - 1);
        let mut below: Vec<f64> = tail_cells((0..=centre).rev().map(|i| edge(i).0)).collect();
        let mut above: Vec<f64> = tail_cells((centre + 1..=n).map(|i| edge(i).1)).collect();
        let middle = edge(centre + 1).0 - edge(centre).0;
        let first = centre - below.len();
        below.reverse();
        below.push(middle);
        below.append(&mut above);
        Ok(Self { n, first, weights: below })
    }

    /// The quantile of a sample of the size the weights are for.
    ///
    /// # Errors
    /// `InvalidInput` for another size and values that are not finite.
    pub fn quantile(&self, values: &[f64]) -> Result<f64> {
        input::sample("values", values, self.n)?;
        if values.len() != self.n {
            return Err(meshery_core::Error::invalid("values", "not the size of the weights")
                .expected(self.n.to_string())
                .found(values.len().to_string()));
        }
        Ok(self.of_sorted(&input::sorted(values)))
    }

    pub(crate) fn of_sorted(&self, sorted: &[f64]) -> f64 {
        // As distances from the value in the middle of the weights, whose sum is 1 only up to rounding.
        let origin = sorted[self.first + self.weights.len() / 2];
        origin + self.weights.iter().zip(&sorted[self.first..]).map(|(w, value)| w * (value - origin)).sum::<f64>()
    }
}

/// The mass between neighbouring edges of a tail, until nothing is left of it.
fn tail_cells(edges: impl Iterator<Item = f64>) -> impl Iterator<Item = f64> {
    let mut edges = edges.peekable();
    std::iter::from_fn(move || {
        let mass = edges.next()?;
        let next = edges.peek()?;
        (mass > NEGLIGIBLE).then(|| mass - next)
    })
}

/// The quantile of one sample; see [`HarrellDavis`].
///
/// # Errors
/// `InvalidInput` for an empty sample, values that are not finite, and q not between 0 and 1.
pub fn harrell_davis(values: &[f64], q: f64) -> Result<f64> {
    HarrellDavis::new(values.len(), q)?.quantile(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1: `hdquantiles([1..5], [.75, .999])`.
    #[test]
    fn against_scipy() {
        let sample = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert!((harrell_davis(&sample, 0.75).unwrap() - 4.230_075_585_685_666).abs() < 1e-12);
        assert!((harrell_davis(&sample, 0.999).unwrap() - 4.998_981_826_390_546).abs() < 1e-12);
        assert!((harrell_davis(&[7.0], 0.5).unwrap() - 7.0).abs() < 1e-12);
    }

    #[test]
    fn weights_of_large_samples_sum_to_one() {
        for q in [0.000_1, 0.5, 0.99, 0.999_9] {
            let weights = HarrellDavis::new(100_000, q).unwrap();
            assert!((weights.weights.iter().sum::<f64>() - 1.0).abs() < 1e-10 && weights.weights.len() < 8000);
        }
        assert!(HarrellDavis::new(5, 0.5).unwrap().quantile(&[1.0]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn it_follows_shift_and_scale(values in proptest::collection::vec(0.0f64..9.0, 1..40), q in 0.01f64..0.99) {
            let moved: Vec<f64> = values.iter().map(|value| 3.0 * value + 100.0).collect();
            let (plain, moved) = (harrell_davis(&values, q).unwrap(), harrell_davis(&moved, q).unwrap());
            assert!((3.0 * plain + 100.0 - moved).abs() < 1e-9);
        }
    }
}
