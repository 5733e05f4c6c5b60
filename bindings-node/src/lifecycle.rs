//! The lifecycle engine: each question and each operation is a call of its own.

use meshery_core::{Context, EnrolmentSpec, InstanceSpec, OperationOptions, SampleSpec, json};
use meshery_mesh::cluster::{Cluster, ClusterOptions, Credentials};
use meshery_mesh::lifecycle::Lifecycle as Engine;
use meshery_mesh::lifecycle::render::Tools;
use napi_derive::napi;
use serde::Serialize;

use crate::call::{Call, Listener, Outcome};
use crate::error::{Result, thrown, to_json};

/// Which cluster, and which executables render.
#[napi]
pub(crate) struct Lifecycle {
    cluster: ClusterOptions,
    tools: Tools,
}

impl Lifecycle {
    /// Starts a call whose answer JavaScript gets as JSON. It connects by itself, for a connection lives on the thread
    /// that has made it.
    fn call<Job, Work, Found>(&self, options: String, listener: &Listener<'_>, job: Job) -> Result<Call>
    where
        Job: FnOnce(Engine, OperationOptions, Context) -> Work + Send + 'static,
        Work: Future<Output = meshery_core::Result<Found>> + Send,
        Found: Serialize,
    {
        let (cluster, tools) = (self.cluster.clone(), self.tools.clone());
        let started = Call::start(listener, async move |context| {
            let options = json::read(&options)?;
            let engine = Engine::new(Cluster::connect(&cluster).await?).with_tools(tools);
            to_json(&job(engine, options, context).await?).map(Outcome::Document)
        });
        started.map_err(thrown)
    }
}

#[napi]
impl Lifecycle {
    /// Nothing is read or sent yet.
    #[napi(constructor)]
    pub fn new(
        kubeconfig: Option<String>,
        context: Option<String>,
        helm: Option<String>,
        kustomize: Option<String>,
        kubectl: Option<String>,
    ) -> Self {
        let credentials = Credentials::named(kubeconfig);
        let cluster = ClusterOptions { credentials, context, ..ClusterOptions::default() };
        let (helm, kustomize, kubectl) = (helm.map(Into::into), kustomize.map(Into::into), kubectl.map(Into::into));
        Self { cluster, tools: Tools { helm, kustomize, kubectl, ..Tools::default() } }
    }

    /// What an installation or an upgrade would do.
    #[napi]
    pub fn plan(&self, spec: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            let spec: InstanceSpec = json::read(&spec)?;
            engine.plan(&spec, &options, &context).await
        })
    }

    /// What a rollback would do.
    #[napi]
    pub fn plan_rollback(
        &self,
        name: String,
        to: Option<u32>,
        options: String,
        listener: Listener<'_>,
    ) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            engine.plan_rollback(&name, to, &options, &context).await
        })
    }

    /// What an uninstall would do.
    #[napi]
    pub fn plan_uninstall(&self, name: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            engine.plan_uninstall(&name, &options, &context).await
        })
    }

    /// What enrolling namespaces would do.
    #[napi]
    pub fn plan_enrol(&self, spec: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            let spec: EnrolmentSpec = json::read(&spec)?;
            engine.plan_enrol(&spec, &options, &context).await
        })
    }

    /// What withdrawing namespaces would do.
    #[napi]
    pub fn plan_withdraw(&self, spec: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            let spec: EnrolmentSpec = json::read(&spec)?;
            engine.plan_withdraw(&spec, &options, &context).await
        })
    }

    /// Has an instance there.
    #[napi]
    pub fn install(&self, spec: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            let spec: InstanceSpec = json::read(&spec)?;
            engine.install(&spec, &options, &context).await
        })
    }

    /// Has a sample application there.
    #[napi]
    pub fn install_sample(&self, spec: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            let spec: SampleSpec = json::read(&spec)?;
            engine.install_sample(&spec, &options, &context).await
        })
    }

    /// The same for an instance that is there.
    #[napi]
    pub fn upgrade(&self, spec: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            let spec: InstanceSpec = json::read(&spec)?;
            engine.upgrade(&spec, &options, &context).await
        })
    }

    /// Has an earlier revision back.
    #[napi]
    pub fn rollback(&self, name: String, to: Option<u32>, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            engine.rollback(&name, to, &options, &context).await
        })
    }

    /// Removes an instance.
    #[napi]
    pub fn uninstall(&self, name: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            engine.uninstall(&name, &options, &context).await
        })
    }

    /// Has namespaces served by an instance.
    #[napi]
    pub fn enrol(&self, spec: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            let spec: EnrolmentSpec = json::read(&spec)?;
            engine.enrol(&spec, &options, &context).await
        })
    }

    /// Has namespaces served by a mesh no longer.
    #[napi]
    pub fn withdraw(&self, spec: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            let spec: EnrolmentSpec = json::read(&spec)?;
            engine.withdraw(&spec, &options, &context).await
        })
    }

    /// What is known of an instance.
    #[napi]
    pub fn status(&self, name: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            engine.status(&name, &options, &context).await
        })
    }

    /// Whether an instance does what its mesh promises.
    #[napi]
    pub fn verify(&self, name: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            engine.verify(&name, &options, &context).await
        })
    }

    /// Which meshes are on the cluster and in which state.
    #[napi]
    pub fn detect(&self, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, _, context| engine.detect(&context).await)
    }

    /// What is no longer as it was applied.
    #[napi]
    pub fn drift(&self, name: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            engine.drift(&name, &options, &context).await
        })
    }

    /// What happened during the last operation.
    #[napi]
    pub fn events(&self, name: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            engine.events(&name, &options, &context).await
        })
    }

    /// Gives an instance back to whoever had installed it.
    #[napi]
    pub fn hand_back(&self, name: String, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, options, context| {
            engine.hand_back(&name, &options, &context).await
        })
    }

    /// Everything that is on the cluster.
    #[napi]
    pub fn snapshot(&self, listener: Listener<'_>) -> Result<Call> {
        let cluster = self.cluster.clone();
        let started = Call::start(&listener, async move |context| {
            let found = Engine::new(Cluster::connect(&cluster).await?).snapshot(&context).await?;
            Ok(Outcome::Snapshot(found))
        });
        started.map_err(thrown)
    }

    /// What runs, as files to analyze, and what could not be read.
    #[napi]
    pub fn running(&self, options: String, listener: Listener<'_>) -> Result<Call> {
        self.call(options, &listener, async move |engine, _options, context| {
            let (sources, errors) = meshery_mesh::analyze::running(engine.cluster(), &context).await?;
            let errors: Vec<_> = errors.iter().map(|error| error.report().clone()).collect();
            Ok((sources, errors))
        })
    }
}
