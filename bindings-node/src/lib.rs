//! The native half of the Node package `meshery`. It holds no policy and no arithmetic: specifications come in as JSON,
//! go to the core, and results go out as JSON. What a user sees is in `index.cjs`.
//!
//! | module | holds |
//! |---|---|
//! | `analyze` | checks of configuration, on the thread pool of Node.js |
//! | `call` | the one door: a long call on a thread of its own |
//! | `campaign`, `comparison` | a result, and the look-ups and formats of it |
//! | `control_plane` | a control plane under way |
//! | `history` | results over time |
//! | `lifecycle` | the engine that installs, upgrades and removes, one call for each question and operation |
//! | `local` | what runs as processes of this machine: a sample application, or a mesh |
//! | `plan`, `snapshot` | what would change; what is on a cluster at a time |
//! | `samples` | what is known of sample applications |
//! | `error` | from [`meshery_core::Error`] to what `index.cjs` makes a `MesheryError` of |
#![expect(
    clippy::needless_pass_by_value,
    unreachable_pub,
    reason = "Node-API hands values over, and its macro takes only public methods"
)]

mod analyze;
mod call;
mod campaign;
mod comparison;
mod control_plane;
mod error;
mod history;
mod lifecycle;
mod local;
mod plan;
mod samples;
mod snapshot;

use std::collections::BTreeMap;

use meshery_core::{CampaignSpec, ComparisonSpec, LoadSpec, LoadTest, SearchSpec, json};
use meshery_mesh::LocalHost;
use meshery_mesh::host::LocalOptions;
use meshery_perf::Engine;
use meshery_perf::campaign::{self as campaigns, FileJournal};
use meshery_perf::exchange::Hints;
use napi_derive::napi;

use crate::call::{Call, Listener, Outcome};
use crate::error::{Result, thrown, to_json};

/// Starts a comparison.
#[napi]
pub(crate) fn compare(spec: String, programs: BTreeMap<String, String>, listener: Listener<'_>) -> Result<Call> {
    let started = Call::start(&listener, async move |context| {
        let spec: ComparisonSpec = json::read(&spec)?;
        let programs = programs.into_iter().map(|(name, path)| (name, path.into())).collect();
        let host = LocalHost::new(LocalOptions { programs, ..LocalOptions::default() })?;
        let comparison = meshery_perf::compare(&spec, &Engine::new(), &host, &context).await?;
        Ok(Outcome::Comparison(comparison.into()))
    });
    started.map_err(thrown)
}

/// What a campaign will take and show, as JSON.
#[napi]
pub(crate) fn plan_campaign(spec: String) -> Result<String> {
    let plan = json::read::<CampaignSpec>(&spec).and_then(|spec| to_json(&campaigns::plan(&spec)?));
    plan.map_err(thrown)
}

/// Starts a campaign, or goes on with the one of a journal.
#[napi]
pub(crate) fn run_campaign(
    spec: String,
    journal: String,
    programs: BTreeMap<String, String>,
    listener: Listener<'_>,
) -> Result<Call> {
    let started = Call::start(&listener, async move |context| {
        let spec: CampaignSpec = json::read(&spec)?;
        let mut journal = FileJournal::open(journal)?;
        let programs = programs.into_iter().map(|(name, path)| (name, path.into())).collect();
        let host = LocalHost::new(LocalOptions { programs, ..LocalOptions::default() })?;
        let campaign = campaigns::run(&spec, &Engine::new(), &host, &mut journal, &context).await?;
        to_json(&campaign).map(Outcome::Document)
    });
    started.map_err(thrown)
}

/// What a measurement reached of thresholds, as JSON.
#[napi]
pub(crate) fn judge_thresholds(measurement: String, thresholds: String) -> Result<String> {
    let judge = || to_json(&meshery_perf::gate::thresholds(&json::read(&measurement)?, &json::read(&thresholds)?));
    judge().map_err(thrown)
}

/// Starts a load.
#[napi]
pub(crate) fn run_load(spec: String, listener: Listener<'_>) -> Result<Call> {
    let started = Call::start(&listener, async move |context| {
        let spec: LoadSpec = json::read(&spec)?;
        to_json(&Engine::new().run(&spec, &context).await?).map(Outcome::Document)
    });
    started.map_err(thrown)
}

/// Starts a search.
#[napi]
pub(crate) fn search(spec: String, listener: Listener<'_>) -> Result<Call> {
    let started = Call::start(&listener, async move |context| {
        let spec: SearchSpec = json::read(&spec)?;
        to_json(&meshery_perf::search(&Engine::new(), &spec, &context).await?).map(Outcome::Document)
    });
    started.map_err(thrown)
}

/// The figures of a statistical method, with its settings and its answer as JSON.
#[napi]
pub(crate) fn statistic(name: String, x: Vec<f64>, y: Option<Vec<f64>>, settings: String) -> Result<String> {
    let call = || to_json(&meshery_perf::stats::registry::call(&name, &x, y.as_deref(), &json::read(&settings)?)?);
    call().map_err(thrown)
}

/// Every statistical method: its name and what it answers, as JSON.
#[napi]
pub(crate) fn statistics() -> Result<String> {
    let methods = meshery_perf::stats::registry::METHODS.iter().map(|method| (method.name, method.answers));
    to_json(&methods.collect::<BTreeMap<_, _>>()).map_err(thrown)
}

/// Every rule of configuration, as JSON.
#[napi]
pub(crate) fn rules() -> Result<String> {
    use meshery_core::ConfigAnalyzer;
    let infos: Vec<_> = meshery_mesh::analyze::rules().map(ConfigAnalyzer::info).collect();
    to_json(&infos).map_err(thrown)
}

/// The page of a rule, in Markdown.
#[napi]
pub(crate) fn explain(name: String) -> Result<String> {
    meshery_mesh::analyze::explain(&name).map_err(thrown)
}

/// Runs the tests of rules in CEL: what they are called, and what is wrong with them, as JSON.
#[napi]
pub(crate) fn test_rules(name: String, text: String) -> Result<String> {
    let (rules, wrong) = meshery_mesh::analyze::test_rules(&meshery_mesh::analyze::Source::new(name, text));
    let wrong: Vec<_> = wrong.iter().map(meshery_core::Error::report).collect();
    to_json(&(rules, wrong)).map_err(thrown)
}

/// A measurement in another format.
#[napi]
pub(crate) fn export_measurement(measurement: String, format: String) -> Result<String> {
    let exported = json::read(&measurement).and_then(|found| meshery_perf::exchange::export(&found, &format));
    exported.map_err(thrown)
}

/// A result in one format as a text in another.
#[napi]
pub(crate) fn convert_result(text: String, source: String, target: String) -> Result<String> {
    meshery_perf::exchange::convert(&text, &source, &target, Hints::default()).map_err(thrown)
}
