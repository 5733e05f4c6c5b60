//! Least squares by Householder reflections, for the few columns that a unit-root regression has.

/// Columns below this share of their length, once the earlier ones are taken out, depend on those.
const DEPENDENT: f64 = 1e-12;

/// What the reflections leave: the triangle R and the rotated right-hand side Qᵀy.
pub(super) struct Triangle {
    columns: Vec<Vec<f64>>,
    right: Vec<f64>,
    full_rank: bool,
}

impl Triangle {
    /// Reflects the columns, each as long as the right-hand side.
    pub(super) fn of(mut columns: Vec<Vec<f64>>, mut right: Vec<f64>) -> Self {
        let mut full_rank = columns.len() < right.len();
        for k in 0..columns.len().min(right.len()) {
            let whole = norm(&columns[k]);
            let (done, rest) = columns.split_at_mut(k + 1);
            let column = &mut done[k];
            let length = norm(&column[k..]);
            if length <= DEPENDENT * whole {
                full_rank = false;
                continue;
            }
            let diagonal = if column[k] > 0.0 { -length } else { length };
            let mut mirror = column[k..].to_vec();
            mirror[0] -= diagonal;
            let size = mirror.iter().map(|value| value * value).sum::<f64>();
            for target in rest.iter_mut().chain(std::iter::once(&mut right)) {
                reflect(&mut target[k..], &mirror, size);
            }
            column[k..].fill(0.0);
            column[k] = diagonal;
        }
        Self { columns, right, full_rank }
    }

    /// The sum of squared residuals with only the first columns.
    pub(super) fn residual_squares(&self, columns: usize) -> f64 {
        self.right[columns..].iter().map(|value| value * value).sum()
    }

    /// The t statistic of the last column's coefficient; `None` when columns depend on each other or nothing is left
    /// over to estimate the noise from.
    pub(super) fn t_of_last(&self) -> Option<f64> {
        let k = self.columns.len();
        let noise = self.residual_squares(k) / self.right.len().checked_sub(k).filter(|left| *left > 0)? as f64;
        let diagonal = self.columns[k - 1][k - 1];
        // The coefficient is Qᵀy / R in the last row, and its standard error σ / |R| there.
        let t = self.right[k - 1] * diagonal.signum() / noise.sqrt();
        (self.full_rank && noise > 0.0 && t.is_finite()).then_some(t)
    }
}

fn reflect(target: &mut [f64], mirror: &[f64], size: f64) {
    let scale = 2.0 * target.iter().zip(mirror).map(|(a, b)| a * b).sum::<f64>() / size;
    target.iter_mut().zip(mirror).for_each(|(a, b)| *a -= scale * b);
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A straight line through (0, 1), (1, 3), (2, 4), (3, 8): slope 2.2, residual squares 1.8, t = 2.2 / √(0.9 / 5).
    #[test]
    fn a_straight_line() {
        let fit = Triangle::of(vec![vec![1.0; 4], vec![0.0, 1.0, 2.0, 3.0]], vec![1.0, 3.0, 4.0, 8.0]);
        assert!((fit.residual_squares(2) - 1.8).abs() < 1e-12);
        assert!((fit.t_of_last().unwrap() - 2.2 / (0.9_f64 / 5.0).sqrt()).abs() < 1e-12);
        assert_eq!(Triangle::of(vec![vec![1.0; 4], vec![2.0; 4]], vec![1.0, 3.0, 4.0, 8.0]).t_of_last(), None);
    }
}
