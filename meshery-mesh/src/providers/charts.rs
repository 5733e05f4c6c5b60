//! Where the charts of a mesh are, and what all meshes that come as charts share.

use meshery_core::lifecycle::{ChartSource, InstanceSpec, Source};
use meshery_core::{Error, Result};
use serde_json::{Map, Value};

use super::settings::Settings;

/// The namespace that a specification has when it names none.
const UNNAMED: &str = "default";

/// A folder, a chart repository, or a place in an OCI registry.
pub(super) struct Charts<'a> {
    base: &'a str,
    version: String,
    namespace: &'a str,
}

impl<'a> Charts<'a> {
    /// Charts of this version; those of a folder have the version that they have.
    pub(super) fn new(base: &'a str, version: String, namespace: &'a str) -> Result<Self> {
        let charts = Self { base: base.trim_end_matches('/'), version, namespace };
        if charts.version.is_empty() && charts.is_remote() {
            return Err(Error::invalid("version", "the version is missing")
                .expected("a version, since the charts come from a repository")
                .found(charts.base));
        }
        Ok(charts)
    }

    /// A chart by its name in a repository, and by where it is in a folder.
    pub(super) fn source(&self, release: String, name: &str, folder: &str, values: Map<String, Value>) -> Source {
        let (chart, repository) = match self.base {
            base if base.starts_with("oci://") => (format!("{base}/{name}"), None),
            base if self.is_remote() => (name.to_owned(), Some(base.to_owned())),
            base => (format!("{base}/{folder}"), None),
        };
        Source::Chart(Box::new(ChartSource {
            chart,
            repository,
            version: self.is_remote().then(|| self.version.clone()),
            digest: None,
            release: Some(release),
            namespace: Some(self.namespace.to_owned()),
            values,
        }))
    }

    fn is_remote(&self) -> bool {
        ["oci://", "https://", "http://"].iter().any(|scheme| self.base.starts_with(scheme))
    }
}

/// A mesh that comes as one chart and takes nothing but its values.
///
/// | setting | says | when it is not given |
/// |---|---|---|
/// | `charts` | a folder that has the chart, the URL of a repository, or `oci://…` | the project's |
/// | `values` | values of the chart | those of the chart |
pub(super) struct OneChart {
    /// The project's repository.
    pub(super) repository: &'static str,
    /// The name of the chart, and of the release.
    pub(super) name: &'static str,
    /// The namespace that it usually has.
    pub(super) namespace: &'static str,
}

impl OneChart {
    /// The chart in this version, with these values below those of the specification.
    pub(super) fn source(&self, wanted: &InstanceSpec, version: String, under: Value) -> Result<Vec<Source>> {
        let settings = Settings::new(&wanted.settings, &["charts", "values"])?;
        let base = settings.text("charts")?.unwrap_or(self.repository);
        let charts = Charts::new(base, version, namespace(wanted, self.namespace))?;
        let mut values = match under {
            Value::Object(under) => under,
            _ => Map::new(),
        };
        overlay(&mut values, settings.map("values")?.cloned().unwrap_or_default());
        Ok(vec![charts.source(self.name.into(), self.name, self.name, values)])
    }
}

/// The namespace of a mesh: the one that it usually has, where the specification names none. Nobody wants a mesh among
/// what has no namespace of its own.
pub(super) fn namespace<'a>(wanted: &'a InstanceSpec, usual: &'a str) -> &'a str {
    if wanted.namespace == UNNAMED { usual } else { &wanted.namespace }
}

/// Puts values over others, map by map.
pub(super) fn overlay(under: &mut Map<String, Value>, over: Map<String, Value>) {
    for (name, value) in over {
        match (under.get_mut(&name), value) {
            (Some(Value::Object(under)), Value::Object(over)) => overlay(under, over),
            (_, value) => {
                under.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chart(base: &str, version: &str) -> Result<ChartSource> {
        let source = Charts::new(base, version.into(), "ns")?.source("r".into(), "name", "in/folder", Map::new());
        match source {
            Source::Chart(chart) => Ok(*chart),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn charts_are_named_as_their_place_wants_it() {
        for (base, chart_name, repository, version) in [
            ("oci://a.test/charts/", "oci://a.test/charts/name", None, Some("1")),
            ("https://a.test/charts", "name", Some("https://a.test/charts"), Some("1")),
            ("charts/", "charts/in/folder", None, None),
        ] {
            let chart = chart(base, "1").unwrap();
            assert_eq!(chart.chart, chart_name);
            assert_eq!((chart.repository.as_deref(), chart.version.as_deref()), (repository, version), "{base}");
        }
        assert!(chart("charts", "").is_ok());
        assert_eq!(chart("oci://a.test", "").unwrap_err().report().place.as_deref(), Some("version"));
    }

    #[test]
    fn values_are_laid_over_each_other_map_by_map() {
        let mut under = serde_json::from_value(json!({ "a": { "b": 1, "c": 2 }, "d": [1] })).unwrap();
        overlay(&mut under, serde_json::from_value(json!({ "a": { "b": 3 }, "d": [], "e": null })).unwrap());
        assert_eq!(Value::from(under), json!({ "a": { "b": 3, "c": 2 }, "d": [], "e": null }));
    }
}
