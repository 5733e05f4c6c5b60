//! The lifecycle engine: each question and each operation is a call of its own.

use std::path::PathBuf;

use meshery_core::{Context, EnrolmentSpec, InstanceSpec, OperationOptions, Result, SampleSpec, json};
use meshery_mesh::cluster::{Cluster, ClusterOptions, Credentials};
use meshery_mesh::lifecycle::Lifecycle as Engine;
use meshery_mesh::lifecycle::render::Tools;
use pyo3::prelude::*;
use serde::Serialize;

use crate::call::{Call, Outcome};
use crate::error::{or_raise, to_json};

/// Which cluster, and which executables render.
#[pyclass(frozen, module = "meshery._native")]
pub(crate) struct Lifecycle {
    cluster: ClusterOptions,
    tools: Tools,
}

impl Lifecycle {
    /// Starts a call whose answer Python gets as JSON. It connects by itself, for a connection lives on the thread that
    /// has made it.
    fn call<Job, Work, Found>(&self, py: Python<'_>, options: &str, job: Job) -> PyResult<Call>
    where
        Job: FnOnce(Engine, OperationOptions, Context) -> Work + Send + 'static,
        Work: Future<Output = Result<Found>> + Send,
        Found: Serialize,
    {
        let (cluster, tools) = (self.cluster.clone(), self.tools.clone());
        let options = or_raise(py, json::read(options))?;
        let started = Call::start(async move |context| {
            let engine = Engine::new(Cluster::connect(&cluster).await?).with_tools(tools);
            to_json(&job(engine, options, context).await?).map(Outcome::Document)
        });
        or_raise(py, started)
    }
}

#[pymethods]
impl Lifecycle {
    /// Nothing is read or sent yet.
    #[new]
    fn new(
        kubeconfig: Option<String>,
        context: Option<String>,
        helm: Option<PathBuf>,
        kustomize: Option<PathBuf>,
        kubectl: Option<PathBuf>,
    ) -> Self {
        let credentials = Credentials::named(kubeconfig);
        let cluster = ClusterOptions { credentials, context, ..ClusterOptions::default() };
        Self { cluster, tools: Tools { helm, kustomize, kubectl, ..Tools::default() } }
    }

    fn plan(&self, py: Python<'_>, spec: &str, options: &str) -> PyResult<Call> {
        let spec: InstanceSpec = or_raise(py, json::read(spec))?;
        self.call(py, options, async move |engine, options, context| engine.plan(&spec, &options, &context).await)
    }

    fn plan_rollback(&self, py: Python<'_>, name: String, to: Option<u32>, options: &str) -> PyResult<Call> {
        self.call(py, options, async move |engine, options, context| {
            engine.plan_rollback(&name, to, &options, &context).await
        })
    }

    fn plan_uninstall(&self, py: Python<'_>, name: String, options: &str) -> PyResult<Call> {
        self.call(py, options, async move |engine, options, context| {
            engine.plan_uninstall(&name, &options, &context).await
        })
    }

    fn plan_enrol(&self, py: Python<'_>, spec: &str, options: &str) -> PyResult<Call> {
        let spec: EnrolmentSpec = or_raise(py, json::read(spec))?;
        self.call(py, options, async move |engine, options, context| engine.plan_enrol(&spec, &options, &context).await)
    }

    fn plan_withdraw(&self, py: Python<'_>, spec: &str, options: &str) -> PyResult<Call> {
        let spec: EnrolmentSpec = or_raise(py, json::read(spec))?;
        self.call(py, options, async move |engine, options, context| {
            engine.plan_withdraw(&spec, &options, &context).await
        })
    }

    fn install(&self, py: Python<'_>, spec: &str, options: &str) -> PyResult<Call> {
        let spec: InstanceSpec = or_raise(py, json::read(spec))?;
        self.call(py, options, async move |engine, options, context| engine.install(&spec, &options, &context).await)
    }

    fn install_sample(&self, py: Python<'_>, spec: &str, options: &str) -> PyResult<Call> {
        let spec: SampleSpec = or_raise(py, json::read(spec))?;
        self.call(py, options, async move |engine, options, context| {
            engine.install_sample(&spec, &options, &context).await
        })
    }

    fn upgrade(&self, py: Python<'_>, spec: &str, options: &str) -> PyResult<Call> {
        let spec: InstanceSpec = or_raise(py, json::read(spec))?;
        self.call(py, options, async move |engine, options, context| engine.upgrade(&spec, &options, &context).await)
    }

    fn rollback(&self, py: Python<'_>, name: String, to: Option<u32>, options: &str) -> PyResult<Call> {
        self.call(py, options, async move |engine, options, context| {
            engine.rollback(&name, to, &options, &context).await
        })
    }

    fn uninstall(&self, py: Python<'_>, name: String, options: &str) -> PyResult<Call> {
        self.call(py, options, async move |engine, options, context| engine.uninstall(&name, &options, &context).await)
    }

    fn enrol(&self, py: Python<'_>, spec: &str, options: &str) -> PyResult<Call> {
        let spec: EnrolmentSpec = or_raise(py, json::read(spec))?;
        self.call(py, options, async move |engine, options, context| engine.enrol(&spec, &options, &context).await)
    }

    fn withdraw(&self, py: Python<'_>, spec: &str, options: &str) -> PyResult<Call> {
        let spec: EnrolmentSpec = or_raise(py, json::read(spec))?;
        self.call(py, options, async move |engine, options, context| engine.withdraw(&spec, &options, &context).await)
    }

    fn status(&self, py: Python<'_>, name: String, options: &str) -> PyResult<Call> {
        self.call(py, options, async move |engine, options, context| engine.status(&name, &options, &context).await)
    }

    fn verify(&self, py: Python<'_>, name: String, options: &str) -> PyResult<Call> {
        self.call(py, options, async move |engine, options, context| engine.verify(&name, &options, &context).await)
    }

    fn detect(&self, py: Python<'_>) -> PyResult<Call> {
        self.call(py, "{}", async move |engine, _, context| engine.detect(&context).await)
    }

    fn drift(&self, py: Python<'_>, name: String, options: &str) -> PyResult<Call> {
        self.call(py, options, async move |engine, options, context| engine.drift(&name, &options, &context).await)
    }

    fn events(&self, py: Python<'_>, name: String, options: &str) -> PyResult<Call> {
        self.call(py, options, async move |engine, options, context| engine.events(&name, &options, &context).await)
    }

    fn hand_back(&self, py: Python<'_>, name: String, options: &str) -> PyResult<Call> {
        self.call(py, options, async move |engine, options, context| engine.hand_back(&name, &options, &context).await)
    }

    fn snapshot(&self, py: Python<'_>) -> PyResult<Call> {
        let cluster = self.cluster.clone();
        let started = Call::start(async move |context| {
            let found = Engine::new(Cluster::connect(&cluster).await?).snapshot(&context).await?;
            Ok(Outcome::Snapshot(found))
        });
        or_raise(py, started)
    }

    /// What runs, as files to analyze, and what could not be read.
    fn running(&self, py: Python<'_>) -> PyResult<Call> {
        self.call(py, "{}", async move |engine, _options, context| {
            let (sources, errors) = meshery_mesh::analyze::running(engine.cluster(), &context).await?;
            let errors: Vec<_> = errors.iter().map(|error| error.report().clone()).collect();
            Ok((sources, errors))
        })
    }
}
