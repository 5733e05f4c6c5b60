//! Several requests, each drawn by its weight.

use meshery_core::{LoadSpec, Result};
use serde_json::Value;

use super::Draw;

/// The requests of a load, made ready.
#[derive(Debug)]
pub(crate) struct Mix<T> {
    /// Each with the sum of the weights up to and including its own.
    items: Vec<(u64, T)>,
    seed: u64,
}

/// Tells the draw of a request apart from those within it.
const SALT: u64 = u64::MAX;

impl<T> Mix<T> {
    /// Makes each request of a load ready.
    ///
    /// # Errors
    /// Those of `ready`, at `request` or `mix[N].request`.
    pub(crate) fn read(spec: &LoadSpec, mut ready: impl FnMut(&Value) -> Result<T>) -> Result<Self> {
        let seed = spec.seed.unwrap_or(0);
        if spec.mix.is_empty() {
            return Ok(Self { items: vec![(1, ready(&spec.request).map_err(|error| error.at("request"))?)], seed });
        }
        let mut sum = 0;
        let mut items = Vec::new();
        for (index, weighted) in spec.mix.iter().enumerate() {
            let item = ready(&weighted.request).map_err(|error| error.at(format!("mix[{index}].request")))?;
            sum += u64::from(weighted.weight);
            if weighted.weight > 0 {
                items.push((sum, item));
            }
        }
        Ok(Self { items, seed })
    }

    /// What a request draws from.
    pub(crate) fn draw(&self, ordinal: u64) -> Draw {
        Draw { seed: self.seed, ordinal }
    }

    /// The request of that number.
    pub(crate) fn pick(&self, ordinal: u64) -> &T {
        let (sum, last) = &self.items[self.items.len() - 1];
        if self.items.len() == 1 {
            return last;
        }
        let at = self.draw(ordinal).generator(SALT).below(*sum);
        self.items.iter().find(|(upto, _)| at < *upto).map_or(last, |(_, item)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meshery_core::load::Weighted;
    use serde_json::json;

    fn spec(weights: &[u32]) -> LoadSpec {
        let weighted = |(index, weight): (usize, &u32)| Weighted { weight: *weight, request: json!(index) };
        let mix = weights.iter().enumerate().map(weighted).collect();
        LoadSpec { mix, seed: Some(11), ..LoadSpec::new("http://a/") }
    }

    #[test]
    fn shares_follow_the_weights() {
        let mix = Mix::read(&spec(&[3, 0, 1]), |value| Ok(value.as_u64().unwrap())).unwrap();
        let mut seen = [0; 3];
        (0..4000).for_each(|ordinal| seen[*mix.pick(ordinal) as usize] += 1);
        // 3,000 and 1,000 expected; five standard deviations are 137.
        assert!((2863..3137).contains(&seen[0]) && seen[1] == 0, "{seen:?}");
    }

    #[test]
    fn a_fault_is_named_by_its_place() {
        let refuse = |value: &Value| match value.as_u64() {
            Some(1) => Err(meshery_core::Error::invalid("body", "no")),
            _ => Ok(()),
        };
        let error = Mix::read(&spec(&[1, 1]), refuse).unwrap_err();
        assert_eq!(error.report().place.as_deref(), Some("mix[1].request.body"));
    }
}
