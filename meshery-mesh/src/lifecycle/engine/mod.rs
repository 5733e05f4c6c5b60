//! [`Lifecycle`]: the one engine that installs, upgrades, rolls back and removes.
//!
//! | module | holds |
//! |---|---|
//! | `want` | from a specification to objects |
//! | `prepare` | from a wish to a plan |
//! | `access` | whether we may do what has to be done |
//! | `carry` | carrying a plan out, stage by stage |
//! | `credentials` | certificates that a mesh lets be given: found again, or made |
//! | `held` | the inventory while we are at work |
//! | `known` | what is known of an instance that is there |
//! | `lore` | what is known of the mesh that an instance is |
//! | `status`, `drift` | how its objects are, and which are no longer as they were applied |
//! | `verify` | whether a mesh does what it promises |
//! | `probe` | what would come of a pod |
//! | `enrol` | moving workloads from one instance to another |
//! | `detect` | looking at a cluster for meshes |
//! | `hand_back` | giving an instance back to whoever had installed it |
//! | `records` | what another installer remembers of objects that were adopted |
//! | `residue` | what a mesh leaves behind |
//! | `sample` | sample applications by one call |
//! | `survey` | who lives in a namespace that is to go |
//! | `unlisted` | kinds that the server serves and does not list yet |

mod access;
mod carry;
mod credentials;
mod detect;
mod drift;
mod enrol;
mod hand_back;
mod held;
mod known;
mod lore;
mod prepare;
mod probe;
mod records;
mod residue;
mod sample;
mod status;
mod survey;
mod unlisted;
mod verify;
mod want;

use std::hash::{BuildHasher, RandomState};

use known::{Known, none};
#[cfg(test)]
pub(super) use lore::words;
use meshery_core::lifecycle::{
    Detection, Drift, Happening, InstanceStatus, OnFailure, OperationEvent, OperationKind, OperationReport,
};
use meshery_core::{
    ChangePlan, CheckOutcome, Context, Error, ErrorKind, InstanceSpec, ObjectId, OperationOptions, Result,
};
use prepare::Ask;
pub(super) use survey::is_not_allowed;

use super::advise;
use super::inventory::store::Store;
use super::render::Tools;
use super::run::recorder::Recorder;
use super::run::wire::Wire;
use super::snapshot::Snapshot;
use crate::cluster::Cluster;
use crate::process::wait::or_cancelled;
use crate::providers::Registry;

/// Installs, upgrades, rolls back and removes instances on one cluster, and says what would become of them.
///
/// Every call can be repeated: what is there is left alone, what was interrupted is taken up, and whoever else is at work
/// is told apart by [`Busy`](ErrorKind::Busy).
///
/// ```no_run
/// use meshery_core::lifecycle::Source;
/// use meshery_core::{Context, InstanceSpec, OperationOptions};
/// use meshery_mesh::cluster::{Cluster, ClusterOptions};
/// use meshery_mesh::lifecycle::Lifecycle;
///
/// # async fn example() -> meshery_core::Result<()> {
/// let lifecycle = Lifecycle::new(Cluster::connect(&ClusterOptions::default()).await?);
/// let spec = InstanceSpec::new("istio", "istio-system", vec![Source::Path("istio.yaml".into())]);
/// let (options, context) = (OperationOptions::default(), Context::default());
/// println!("{} objects", lifecycle.plan(&spec, &options, &context).await?.changes.len());
/// lifecycle.install(&spec, &options, &context).await?;
/// lifecycle.uninstall("istio", &options, &context).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Lifecycle {
    cluster: Cluster,
    tools: Tools,
    meshes: Registry,
}

impl Lifecycle {
    /// The engine for a cluster. Nothing is sent yet.
    pub fn new(cluster: Cluster) -> Self {
        Self { cluster, tools: Tools::default(), meshes: Registry::default() }
    }

    /// With executables for charts and kustomizations from where they are told to be.
    #[must_use]
    pub fn with_tools(self, tools: Tools) -> Self {
        Self { tools, ..self }
    }

    /// Knowing these meshes, a program's own among them.
    #[must_use]
    pub fn with_meshes(self, meshes: Registry) -> Self {
        Self { meshes, ..self }
    }

    /// The cluster that it is the engine for.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// What [`install`](Self::install) would do. Changes nothing.
    ///
    /// # Errors
    /// As [`install`](Self::install), for all that can be known beforehand.
    pub async fn plan(&self, spec: &InstanceSpec, options: &OperationOptions, context: &Context) -> Result<ChangePlan> {
        let work = async {
            let wire = self.wire(options, context);
            let ask = Ask::Have(self.have(spec, &wire).await?);
            let (prepared, _) = Box::pin(prepare::prepare(&wire, ask, options, &self.meshes)).await?;
            Ok(prepared.blueprint.plan)
        };
        or_cancelled(&context.cancel, work).await
    }

    /// What [`uninstall`](Self::uninstall) would do. Changes nothing.
    ///
    /// # Errors
    /// As [`uninstall`](Self::uninstall), for all that can be known beforehand.
    pub async fn plan_uninstall(
        &self,
        name: &str,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<ChangePlan> {
        let ask = Ask::Gone { name: name.into() };
        let wire = self.wire(options, context);
        let work = Box::pin(prepare::prepare(&wire, ask, options, &self.meshes));
        Ok(or_cancelled(&context.cancel, work).await?.0.blueprint.plan)
    }

    /// What [`rollback`](Self::rollback) would do. Changes nothing.
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback), for all that can be known beforehand.
    pub async fn plan_rollback(
        &self,
        name: &str,
        to: Option<u32>,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<ChangePlan> {
        let wire = self.wire(options, context);
        let work = Box::pin(prepare::prepare(&wire, Ask::Back { name: name.into(), to }, options, &self.meshes));
        Ok(or_cancelled(&context.cancel, work).await?.0.blueprint.plan)
    }

    /// Has an instance there, as it is wanted, whether there was something of it before or not.
    ///
    /// # Errors
    /// Before the first write: [`InvalidInput`](ErrorKind::InvalidInput) for what is no manifest,
    /// [`VersionUnsupported`](ErrorKind::VersionUnsupported) for kinds that the server does not know,
    /// [`Conflict`](ErrorKind::Conflict) for objects of others in the way, [`Refused`](ErrorKind::Refused) for what the
    /// server does not permit, [`Busy`](ErrorKind::Busy) while somebody else is at work. Later: what the server refuses,
    /// [`CheckFailed`](ErrorKind::CheckFailed) and [`Timeout`](ErrorKind::Timeout) with the cause.
    pub async fn install(
        &self,
        spec: &InstanceSpec,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<OperationReport> {
        let wire = self.wire(options, context);
        let have = or_cancelled(&context.cancel, self.have(spec, &wire)).await?;
        self.operate(&wire, Ask::Have(have), options, context).await
    }

    /// As [`install`](Self::install), for an instance that is there.
    ///
    /// # Errors
    /// As [`install`](Self::install), and [`NotFound`](ErrorKind::NotFound) when there is none.
    pub async fn upgrade(
        &self,
        spec: &InstanceSpec,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<OperationReport> {
        let wire = self.wire(options, context);
        let have = or_cancelled(&context.cancel, self.have(spec, &wire)).await?;
        self.operate(&wire, Ask::Renew(have), options, context).await
    }

    /// Has an earlier revision back: the one before, or after an upgrade that failed the one that is still current.
    ///
    /// # Errors
    /// As [`install`](Self::install), and [`NotFound`](ErrorKind::NotFound) when there is none to go back to. An API
    /// version that is gone is replaced by one that is served; what is left out is told by the plan's notes.
    pub async fn rollback(
        &self,
        name: &str,
        to: Option<u32>,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<OperationReport> {
        self.operate(&self.wire(options, context), Ask::Back { name: name.into(), to }, options, context).await
    }

    /// Removes an instance with all that it has caused, and tells what stays and why.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) when there is none, [`Timeout`](ErrorKind::Timeout) with what holds objects that
    /// do not go, and what else [`install`](Self::install) may come to.
    pub async fn uninstall(
        &self,
        name: &str,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<OperationReport> {
        self.operate(&self.wire(options, context), Ask::Gone { name: name.into() }, options, context).await
    }

    /// Proves that an instance does what its mesh promises. A check that fails is an outcome, not an error; nothing is
    /// left behind.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) when there is none, and what kept a check from being made at all.
    pub async fn verify(&self, name: &str, options: &OperationOptions, context: &Context) -> Result<Vec<CheckOutcome>> {
        let work = async {
            let wire = self.wire(options, context);
            let known = Known::read(&wire, name, options).await?;
            let status = status::status(&wire, name, &known.discovery, &known.stored).await?;
            let spec = prepare::spec_of(name, &known.stored.state, known.stored.state.current());
            let scene =
                verify::Scene { wire: &wire, known: &known, status: &status, spec: &spec, meshes: &self.meshes };
            verify::verify(&scene).await
        };
        or_cancelled(&context.cancel, work).await
    }

    /// Gives an instance back to whoever had installed it before it was adopted: nothing is changed but who owns it, and
    /// what kubectl notes on objects to know it again. What was given back is returned.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) when there is none, [`Busy`](ErrorKind::Busy) while somebody is at work on it.
    pub async fn hand_back(&self, name: &str, options: &OperationOptions, context: &Context) -> Result<Vec<ObjectId>> {
        let wire = self.wire(options, context);
        or_cancelled(&context.cancel, hand_back::hand_back(&wire, name, options)).await
    }

    /// Objects of an instance that are no longer as they were applied. Changes nothing.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) when there is no such instance.
    pub async fn drift(&self, name: &str, options: &OperationOptions, context: &Context) -> Result<Vec<Drift>> {
        or_cancelled(&context.cancel, drift::drift(&self.wire(options, context), name, options, &self.meshes)).await
    }

    /// What is known of an instance, and how its objects are. Changes nothing.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) when there is none.
    pub async fn status(&self, name: &str, options: &OperationOptions, context: &Context) -> Result<InstanceStatus> {
        let wire = self.wire(options, context);
        let work = async {
            let known = Known::read(&wire, name, options).await?;
            status::status(&wire, name, &known.discovery, &known.stored).await
        };
        or_cancelled(&context.cancel, work).await
    }

    /// What happened during the last operation on an instance, in order.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) when there is none.
    pub async fn events(
        &self,
        name: &str,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<Vec<OperationEvent>> {
        let wire = self.wire(options, context);
        let store = Store::new(name, &options.inventory_namespace);
        let work = async {
            let stored = store.read(&wire).await?.stored.ok_or_else(|| none(name))?;
            store.events(&wire, &stored).await
        };
        or_cancelled(&context.cancel, work).await
    }

    /// Which meshes are on the cluster and in which state, whoever has installed them. Changes nothing.
    ///
    /// # Errors
    /// What kept the cluster from being looked at.
    pub async fn detect(&self, context: &Context) -> Result<Detection> {
        let wire = self.wire(&OperationOptions::default(), context);
        or_cancelled(&context.cancel, detect::detect(&wire, &self.meshes)).await
    }

    /// Everything that is on the cluster now, to be compared with what is there later. Changes nothing.
    ///
    /// # Errors
    /// As [`Snapshot::take`].
    pub async fn snapshot(&self, context: &Context) -> Result<Snapshot> {
        or_cancelled(&context.cancel, Snapshot::take(&self.cluster)).await
    }

    fn wire(&self, options: &OperationOptions, context: &Context) -> Wire {
        let operation = format!("{:016x}", RandomState::new().hash_one(()));
        Wire::new(&self.cluster, &Recorder::new(&operation, context), options.timeout)
    }

    async fn operate(
        &self,
        wire: &Wire,
        ask: Ask,
        options: &OperationOptions,
        context: &Context,
    ) -> Result<OperationReport> {
        // Boxed, both: they hold all that is known of a cluster, and a caller's future would be as large.
        let preparing = Box::pin(prepare::prepare(wire, ask, options, &self.meshes));
        let (prepared, watches) = or_cancelled(&context.cancel, preparing).await?;
        if let Some(stored) = &prepared.stored {
            stored.free(&prepared.spec.name, prepared.now)?;
        }
        as_expected(&prepared.blueprint.plan, options)?;
        if let Some(error) = advise::refusal(&prepared.blueprint.plan.advice, &options.accept) {
            return Err(error);
        }
        let (name, kind) = (prepared.spec.name.clone(), prepared.kind);
        let before = prepared.stored.as_ref().and_then(|stored| stored.state.current()).map(|current| current.number);
        let done = Box::pin(carry::carry_out(wire, prepared, watches)).await;
        let goes_back = options.on_failure == OnFailure::RollBack && kind != OperationKind::Uninstall;
        match done {
            Err(error) if goes_back && !error.is_cancelled() && error.kind() != ErrorKind::Busy => {
                wire.recorder().tell(Happening::RollbackStarted { to: before });
                let outcome = Box::pin(self.go_back(&name, before, options, context)).await;
                Err(error.with("rolled back", outcome))
            }
            done => done,
        }
    }

    /// Back to what was there before an operation failed; how that went.
    async fn go_back(&self, name: &str, to: Option<u32>, options: &OperationOptions, context: &Context) -> String {
        let ask = match to {
            Some(_) => Ask::Back { name: name.into(), to },
            None => Ask::Gone { name: name.into() },
        };
        let options = OperationOptions { on_failure: OnFailure::Keep, expected: None, ..options.clone() };
        let wire = self.wire(&options, context);
        let back = async {
            let work = prepare::prepare(&wire, ask, &options, &self.meshes);
            let (prepared, watches) = or_cancelled(&context.cancel, work).await?;
            carry::carry_out(&wire, prepared, watches).await
        };
        let place = to.map_or_else(|| "nothing".to_owned(), |number| format!("revision {number}"));
        match back.await {
            Ok(_) => format!("to {place}"),
            Err(other) => format!("not to {place}: {other}"),
        }
    }
}

/// Whether the plan is the one that was looked at.
fn as_expected(plan: &ChangePlan, options: &OperationOptions) -> Result<()> {
    match &options.expected {
        Some(expected) if **expected != *plan => {
            let error = Error::new(ErrorKind::Conflict, "the plan is not any more what was looked at");
            Err(error.with("then", expected.to_text()).with("now", plan.to_text()))
        }
        _ => Ok(()),
    }
}
