//! The native half of the Python package `meshery`. It holds no policy and no arithmetic: specifications come in as
//! JSON, go to the core, and results go out as JSON. What a user sees is in `python/meshery/`.
//!
//! | module | holds |
//! |---|---|
//! | `analyze` | configuration under analysis, and what came of it |
//! | `arrow` | flat tables as streams of Arrow |
//! | `call` | the one door: a long call on a thread of its own, without the interpreter's lock |
//! | `campaign`, `comparison` | a result, and the look-ups and formats of it |
//! | `control_plane` | a control plane under way |
//! | `history` | results over time |
//! | `lifecycle` | the engine that installs, upgrades and removes, one call for each question and operation |
//! | `local` | what runs as processes of this machine: a sample application, or a mesh |
//! | `plan`, `snapshot` | what would change; what is on a cluster at a time |
//! | `error` | from [`meshery_core::Error`] to `meshery.MesheryError` |

mod analyze;
mod arrow;
mod call;
mod campaign;
mod comparison;
mod control_plane;
mod error;
mod history;
mod lifecycle;
mod local;
mod plan;
mod snapshot;

/// `meshery._native`: what the package's Python files are made of.
#[pyo3::pymodule]
mod _native {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use meshery_core::{
        CampaignSpec, ComparisonSpec, ControlPlaneSpec, LoadSpec, LoadTest, MeshHost, MeshSpec, SampleSpec, SearchSpec,
        json,
    };
    use meshery_mesh::LocalHost;
    use meshery_mesh::host::LocalOptions;
    use meshery_perf::Engine;
    use meshery_perf::campaign::{self, FileJournal};
    use meshery_perf::exchange::Hints;
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::analyze::{Analysis, Files, Session};
    #[pymodule_export]
    use crate::call::Call;
    use crate::call::Outcome;
    #[pymodule_export]
    use crate::campaign::Campaign;
    #[pymodule_export]
    use crate::comparison::Comparison;
    #[pymodule_export]
    use crate::control_plane::ControlPlane;
    use crate::error::{or_raise, to_json};
    #[pymodule_export]
    use crate::history::History;
    #[pymodule_export]
    use crate::lifecycle::Lifecycle;
    use crate::local;
    #[pymodule_export]
    use crate::local::LocalInstallation;
    #[pymodule_export]
    use crate::plan::Plan;
    #[pymodule_export]
    use crate::snapshot::Snapshot;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }

    /// Starts a comparison.
    #[pyfunction]
    fn compare(py: Python<'_>, spec: &str, programs: BTreeMap<String, PathBuf>) -> PyResult<Call> {
        let spec: ComparisonSpec = or_raise(py, json::read(spec))?;
        let started = Call::start(async move |context| {
            let host = LocalHost::new(LocalOptions { programs, ..LocalOptions::default() })?;
            let comparison = meshery_perf::compare(&spec, &Engine::new(), &host, &context).await?;
            Ok(Outcome::Comparison(comparison.into()))
        });
        or_raise(py, started)
    }

    /// What a campaign will take and show, as JSON.
    #[pyfunction]
    fn plan_campaign(py: Python<'_>, spec: &str) -> PyResult<String> {
        let plan = json::read::<CampaignSpec>(spec).and_then(|spec| to_json(&campaign::plan(&spec)?));
        or_raise(py, plan)
    }

    /// Starts a campaign, or goes on with the one of a journal.
    #[pyfunction]
    fn run_campaign(
        py: Python<'_>,
        spec: &str,
        journal: PathBuf,
        programs: BTreeMap<String, PathBuf>,
    ) -> PyResult<Call> {
        let spec: CampaignSpec = or_raise(py, json::read(spec))?;
        let started = Call::start(async move |context| {
            let mut journal = FileJournal::open(journal)?;
            let host = LocalHost::new(LocalOptions { programs, ..LocalOptions::default() })?;
            let campaign = campaign::run(&spec, &Engine::new(), &host, &mut journal, &context).await?;
            to_json(&campaign).map(Outcome::Document)
        });
        or_raise(py, started)
    }

    /// What a measurement reached of thresholds, as JSON.
    #[pyfunction]
    fn judge_thresholds(py: Python<'_>, measurement: &str, thresholds: &str) -> PyResult<String> {
        let judge = || to_json(&meshery_perf::gate::thresholds(&json::read(measurement)?, &json::read(thresholds)?));
        or_raise(py, judge())
    }

    /// Starts a control plane.
    #[pyfunction]
    fn start_control_plane(py: Python<'_>, spec: &str) -> PyResult<Call> {
        let spec: ControlPlaneSpec = or_raise(py, json::read(spec))?;
        let started = Call::start(async move |context| {
            let plane = meshery_mesh::ControlPlane::start(&spec, &context).await?;
            Ok(Outcome::ControlPlane(plane.into()))
        });
        or_raise(py, started)
    }

    /// What is known of every sample application, as JSON.
    #[pyfunction]
    fn samples(py: Python<'_>) -> PyResult<String> {
        or_raise(py, to_json(&meshery_mesh::samples::infos()))
    }

    /// The instance that a sample application is on a cluster, as JSON.
    #[pyfunction]
    fn sample_spec(py: Python<'_>, spec: &str) -> PyResult<String> {
        let instance = json::read::<SampleSpec>(spec).and_then(|spec| meshery_mesh::samples::spec(&spec));
        or_raise(py, instance.and_then(|instance| to_json(&instance)))
    }

    /// Starts a sample application on this machine.
    #[pyfunction]
    fn start_sample(py: Python<'_>, spec: &str, programs: BTreeMap<String, PathBuf>) -> PyResult<Call> {
        let spec: SampleSpec = or_raise(py, json::read(spec))?;
        or_raise(py, local::start(programs, async move |host, context| host.start_sample(&spec, &context).await))
    }

    /// Installs a mesh on this machine.
    #[pyfunction]
    fn start_mesh(py: Python<'_>, spec: &str, programs: BTreeMap<String, PathBuf>) -> PyResult<Call> {
        let spec: MeshSpec = or_raise(py, json::read(spec))?;
        or_raise(py, local::start(programs, async move |host, context| host.install(&spec, &context).await))
    }

    /// Starts a load.
    #[pyfunction]
    fn run_load(py: Python<'_>, spec: &str) -> PyResult<Call> {
        let spec: LoadSpec = or_raise(py, json::read(spec))?;
        let started = Call::start(async move |context| {
            to_json(&Engine::new().run(&spec, &context).await?).map(Outcome::Document)
        });
        or_raise(py, started)
    }

    /// Starts a search.
    #[pyfunction]
    fn search(py: Python<'_>, spec: &str) -> PyResult<Call> {
        let spec: SearchSpec = or_raise(py, json::read(spec))?;
        let started = Call::start(async move |context| {
            to_json(&meshery_perf::search(&Engine::new(), &spec, &context).await?).map(Outcome::Document)
        });
        or_raise(py, started)
    }

    /// A measurement in another format.
    #[pyfunction]
    fn export_measurement(py: Python<'_>, measurement: &str, target: &str) -> PyResult<String> {
        let exported = json::read(measurement).and_then(|found| meshery_perf::exchange::export(&found, target));
        or_raise(py, exported)
    }

    /// A result in one format as a text in another.
    #[pyfunction]
    fn convert_result(py: Python<'_>, text: &str, source: &str, target: &str) -> PyResult<String> {
        or_raise(py, meshery_perf::exchange::convert(text, source, target, Hints::default()))
    }

    /// The figures of a statistical method, with its settings and its answer as JSON.
    #[pyfunction]
    #[expect(clippy::needless_pass_by_value, reason = "the interpreter hands values over")]
    fn statistic(py: Python<'_>, name: &str, x: Vec<f64>, y: Option<Vec<f64>>, settings: &str) -> PyResult<String> {
        let call = || to_json(&meshery_perf::stats::registry::call(name, &x, y.as_deref(), &json::read(settings)?)?);
        or_raise(py, py.detach(call))
    }

    /// Every statistical method: its name and what it answers.
    #[pyfunction]
    fn statistics() -> Vec<(&'static str, &'static str)> {
        meshery_perf::stats::registry::METHODS.iter().map(|method| (method.name, method.answers)).collect()
    }

    /// In which order to apply files to what runs: as text, and as JSON.
    #[pyfunction]
    fn order(py: Python<'_>, running: &Files, wanted: &Files, options: &str) -> PyResult<(String, String)> {
        let options = or_raise(py, json::read(options))?;
        let order = py.detach(|| running.0.order(&wanted.0, &options));
        Ok((order.to_string(), or_raise(py, to_json(&order))?))
    }

    /// Every rule of configuration, as JSON.
    #[pyfunction]
    fn rules(py: Python<'_>) -> PyResult<String> {
        use meshery_core::ConfigAnalyzer;
        let infos: Vec<_> = meshery_mesh::analyze::rules().map(ConfigAnalyzer::info).collect();
        or_raise(py, to_json(&infos))
    }

    /// The page of a rule, in Markdown.
    #[pyfunction]
    fn explain(py: Python<'_>, name: &str) -> PyResult<String> {
        or_raise(py, meshery_mesh::analyze::explain(name))
    }

    /// Runs the tests of rules in CEL: what they are called, and what is wrong with them, as JSON.
    #[pyfunction]
    fn test_rules(py: Python<'_>, name: &str, text: Vec<u8>) -> PyResult<String> {
        let source = meshery_mesh::analyze::Source::new(name, text);
        let (rules, wrong) = py.detach(|| meshery_mesh::analyze::test_rules(&source));
        let wrong: Vec<_> = wrong.iter().map(meshery_core::Error::report).collect();
        or_raise(py, to_json(&(rules, wrong)))
    }
}
