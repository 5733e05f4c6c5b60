//! What a method finds.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A figure: a number, or several.
///
/// ```
/// use meshery_perf::stats::registry::Figure;
///
/// assert_eq!(serde_json::to_value(Figure::List(vec![0.5])).unwrap(), serde_json::json!([0.5]));
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// One number.
    Number(f64),
    /// As many as there are: change points, corrected p-values.
    List(Vec<f64>),
}

/// The figures of a method by name. One that the sample cannot support is left out.
///
/// ```
/// use meshery_perf::stats::registry::{Figures, call};
///
/// let welch: Figures = call("welch", &[1.0, 1.1, 0.9], Some(&[2.0, 2.1, 1.9]), &serde_json::Map::new())?;
/// assert!(welch.number("p").unwrap() < 0.001 && welch.number("estimate").unwrap() > 0.9);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures(Vec<(&'static str, Figure)>);

impl Figures {
    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Figure)> {
        self.0.iter().map(|(name, figure)| (*name, figure))
    }

    /// The figure of that name, when it is one number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.iter().find_map(|(known, figure)| match figure {
            Figure::Number(number) if known == name => Some(*number),
            _ => None,
        })
    }

    pub(super) fn with(mut self, name: &'static str, number: impl Into<Option<f64>>) -> Self {
        self.0.extend(number.into().map(|number| (name, Figure::Number(number))));
        self
    }

    pub(super) fn count(self, name: &'static str, count: usize) -> Self {
        self.with(name, count as f64)
    }

    pub(super) fn list(mut self, name: &'static str, numbers: impl IntoIterator<Item = f64>) -> Self {
        self.0.push((name, Figure::List(numbers.into_iter().collect())));
        self
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, figure) in &self.0 {
            map.serialize_entry(name, figure)?;
        }
        map.end()
    }
}
