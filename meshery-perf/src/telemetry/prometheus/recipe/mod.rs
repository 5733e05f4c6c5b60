//! Which series tell processor time and memory: one file per exporter, and one line in [`RECIPES`].

mod cadvisor;
mod node_exporter;
mod process;

use meshery_core::{Error, Result};

/// Every recipe, sorted by name.
pub static RECIPES: [&Recipe; 3] = [&cadvisor::RECIPE, &node_exporter::RECIPE, &process::RECIPE];

/// How to ask for what something used.
///
/// ```
/// use meshery_perf::telemetry::prometheus::recipe::by_name;
///
/// let process = by_name("process")?;
/// assert_eq!(process.cpu(r#"job="istiod""#), r#"process_cpu_seconds_total{job="istiod"}"#);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// Its name.
    pub name: &'static str,
    /// What it tells of.
    pub about: &'static str,
    /// Counters of seconds, whose growths add up: a metric and matchers of its own.
    cpu: (&'static str, &'static str),
    /// Gauges of bytes that are added, or taken away.
    memory: &'static [(f64, &'static str, &'static str)],
}

impl Recipe {
    /// The selector of processor time, for what these matchers choose.
    pub fn cpu(&self, matchers: &str) -> String {
        selector(self.cpu.0, self.cpu.1, matchers)
    }

    /// The selectors of memory, each with the sign that it counts by.
    pub fn memory(&self, matchers: &str) -> Vec<(f64, String)> {
        self.memory.iter().map(|(sign, metric, own)| (*sign, selector(metric, own, matchers))).collect()
    }
}

fn selector(metric: &str, own: &str, matchers: &str) -> String {
    let all: Vec<&str> = [own, matchers].into_iter().filter(|part| !part.is_empty()).collect();
    format!("{metric}{{{}}}", all.join(","))
}

/// The recipe of that name.
///
/// # Errors
/// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) that lists the names there are.
pub fn by_name(name: &str) -> Result<&'static Recipe> {
    RECIPES.iter().copied().find(|recipe| recipe.name == name).ok_or_else(|| {
        let names: Vec<_> = RECIPES.iter().map(|recipe| recipe.name).collect();
        Error::invalid("recipe", "unknown recipe").expected(format!("one of {}", names.join(", "))).found(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipes_are_sorted_and_take_matchers() {
        assert!(RECIPES.iter().map(|recipe| recipe.name).is_sorted_by(|a, b| a < b));
        for recipe in RECIPES {
            let selectors = recipe.memory("a=\"b\"").into_iter().map(|(_, selector)| selector);
            for selector in selectors.chain([recipe.cpu("a=\"b\"")]) {
                assert!(selector.contains("a=\"b\"}") && !selector.contains("{,"), "{selector}");
            }
        }
        assert_eq!(by_name("statsd").unwrap_err().report().place.as_deref(), Some("recipe"));
    }
}
