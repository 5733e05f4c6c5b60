//! Two sorted samples side by side, one group per distinct value.

/// How often a value occurs in each sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) value: f64,
    pub(super) x: usize,
    pub(super) y: usize,
}

impl Group {
    pub(super) fn size(&self) -> usize {
        self.x + self.y
    }
}

/// The distinct values of two sorted samples in ascending order.
pub(super) fn groups<'a>(x: &'a [f64], y: &'a [f64]) -> impl Iterator<Item = Group> + 'a {
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        let value = match (x.get(i), y.get(j)) {
            (Some(a), Some(b)) => a.min(*b),
            (Some(only), None) | (None, Some(only)) => *only,
            (None, None) => return None,
        };
        let group = Group { value, x: run(&x[i..], value), y: run(&y[j..], value) };
        (i, j) = (i + group.x, j + group.y);
        Some(group)
    })
}

/// How many of the first values equal this one.
#[expect(clippy::float_cmp, reason = "a tie is exact equality")]
fn run(values: &[f64], value: f64) -> usize {
    values.iter().take_while(|other| **other == value).count()
}

/// Σ (t³ − t) over the groups, the correction that ties need.
pub(super) fn tie_sum(groups: impl Iterator<Item = Group>) -> f64 {
    groups.map(|group| group.size() as f64).map(|size| size * (size - 1.0) * (size + 1.0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_counted_once() {
        let found: Vec<_> = groups(&[1.0, 2.0, 2.0], &[0.0, 2.0, 3.0]).map(|g| (g.value, g.x, g.y)).collect();
        assert_eq!(found, [(0.0, 0, 1), (1.0, 1, 0), (2.0, 2, 1), (3.0, 0, 1)]);
        assert!((tie_sum(groups(&[1.0, 2.0, 2.0], &[0.0, 2.0, 3.0])) - 24.0).abs() < 1e-12);
    }
}
