//! [`LocalHost`]: meshes as processes of this machine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use meshery_core::comparison::Propagation;
use meshery_core::host::ProcessStatus;
use meshery_core::{
    CheckOutcome, Context, Error, ErrorKind, Installation, LocalMesh, MeshHost, MeshId, MeshInfo, MeshProvider,
    MeshSpec, Observed, Plan, Result, SampleSpec,
};
use tokio::sync::Mutex;

use super::inspect;
use super::probe;
use super::programs::Programs;
use super::propagation;
use super::site::{Ground, Site};
use crate::process::ports::{Ports, retried};
use crate::process::spawn::Spawner;
use crate::process::wait::or_cancelled;
use crate::providers::{Registry, upstream::Upstream};
use crate::samples;

/// What a local host is told.
///
/// ```
/// use meshery_mesh::host::LocalOptions;
///
/// let options = LocalOptions { programs: [("envoy".into(), "/opt/envoy".into())].into(), ..LocalOptions::default() };
/// assert_eq!(options.start_timeout.as_secs(), 20);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalOptions {
    /// Where programs are, by name. One that is not named here is looked for in `KUBEBUILDER_ASSETS`, in what
    /// `cargo xtask testbed` has built, and on `PATH`.
    pub programs: BTreeMap<String, PathBuf>,
    /// How long a process may take until it is ready.
    pub start_timeout: Duration,
}

impl Default for LocalOptions {
    fn default() -> Self {
        Self { programs: BTreeMap::new(), start_timeout: Duration::from_secs(20) }
    }
}

/// Meshes as processes of this machine, Linux only. All listen on free ports, and on loopback where their programs let us
/// choose (a mesh says where they do not); none outlives the host: dropping it, or the end of its process by whatever
/// cause, ends them.
///
/// Its calls need a tokio runtime, and any will do: what they have started goes on without one.
///
/// ```no_run
/// use meshery_core::{Context, MeshHost, MeshSpec};
/// use meshery_mesh::LocalHost;
///
/// # async fn example() -> meshery_core::Result<()> {
/// let (host, context) = (LocalHost::new(Default::default())?, Context::default());
/// let mesh = host.install(&MeshSpec::new("envoy", "127.0.0.1:8080"), &context).await?;
/// println!("requests enter at {}", mesh.url("/"));
/// host.uninstall(&mesh).await
/// # }
/// ```
pub struct LocalHost {
    // Dropped first: once the thread that starts processes has ended, so has every process it started.
    sites: StdMutex<BTreeMap<u64, Arc<Mutex<Site>>>>,
    programs: Programs,
    meshes: Registry,
    ground: Ground,
    next: AtomicU64,
}

impl std::fmt::Debug for LocalHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalHost").field("programs", &self.programs).finish_non_exhaustive()
    }
}

impl LocalHost {
    /// A host with nothing on it.
    ///
    /// # Errors
    /// [`Unsupported`](meshery_core::ErrorKind::Unsupported) elsewhere than on Linux.
    pub fn new(options: LocalOptions) -> Result<Self> {
        let LocalOptions { programs, start_timeout } = options;
        Ok(Self {
            programs: Programs::new(programs),
            meshes: Registry::default(),
            ground: Ground { spawner: Spawner::start()?, ports: Ports::default(), start_timeout },
            next: AtomicU64::new(1),
            sites: StdMutex::default(),
        })
    }

    /// Knowing these meshes, a program's own among them.
    #[must_use]
    pub fn with_meshes(self, meshes: Registry) -> Self {
        Self { meshes, ..self }
    }

    /// The meshes that can be installed here.
    fn here(&self) -> impl Iterator<Item = &dyn MeshProvider> {
        self.meshes.iter().filter(|provider| provider.local().is_some())
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.here().map(|provider| provider.info().id.to_string()).collect();
        format!("one of {}", names.join(", "))
    }

    /// How a mesh runs here.
    fn local<'a>(&self, provider: &'a dyn MeshProvider) -> Result<&'a dyn LocalMesh> {
        provider.local().ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, "the mesh runs on clusters only, not as processes of this machine")
                .at("mesh")
                .expected(self.names())
                .found(provider.info().id.to_string())
        })
    }

    /// The mesh of that name, among all: one that cannot be installed here is not unknown.
    fn provider(&self, mesh: &MeshId) -> Result<&dyn MeshProvider> {
        let unknown = || Error::invalid("mesh", "unknown mesh").expected(self.names()).found(mesh.to_string());
        self.meshes.find(mesh).ok_or_else(unknown)
    }

    /// The mesh or the sample that an installation is of.
    fn installed(&self, mesh: &MeshId) -> Result<&dyn MeshProvider> {
        match samples::local(mesh.as_str()) {
            Ok(sample) => Ok(sample),
            Err(_) => self.provider(mesh),
        }
    }

    /// Starts a sample application as processes of this machine, and waits until it answers. It is removed by
    /// [`uninstall`](MeshHost::uninstall).
    ///
    /// ```no_run
    /// use meshery_core::{Context, MeshHost, SampleSpec};
    /// use meshery_mesh::LocalHost;
    ///
    /// # async fn example(host: &LocalHost) -> meshery_core::Result<()> {
    /// let mut spec = SampleSpec::new("echo");
    /// spec.settings.insert("abort_percentage".into(), 10.into());
    /// let echo = host.start_sample(&spec, &Context::default()).await?;
    /// println!("of ten requests to {} one fails", echo.url("/"));
    /// host.uninstall(&echo).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) at `sample` for one that there is not, at `settings.NAME` for what it does
    /// not understand, and at the field for what only a cluster has, such as a namespace;
    /// [`Unsupported`](ErrorKind::Unsupported) at `sample` for one that runs on clusters only; otherwise as
    /// [`install`](MeshHost::install).
    pub async fn start_sample(&self, wanted: &SampleSpec, context: &Context) -> Result<Installation> {
        let sample = samples::local(&wanted.sample)?;
        in_no_cluster(wanted)?;
        let spec = MeshSpec { settings: wanted.settings.clone(), ..MeshSpec::new(&wanted.sample, "") };
        self.carry_out(sample, &spec, context).await
    }

    async fn plan_of(&self, provider: &dyn MeshProvider, spec: &MeshSpec) -> Result<(Plan, Observed)> {
        let mesh = self.local(provider)?;
        let seen = self.programs.observe(&provider.info().programs, &self.ground.spawner).await?;
        let plan = mesh.plan(spec, &seen)?;
        inspect(&plan)?;
        Ok((plan, seen))
    }

    async fn carry_out(&self, provider: &dyn MeshProvider, spec: &MeshSpec, context: &Context) -> Result<Installation> {
        let (plan, seen) = or_cancelled(&context.cancel, self.plan_of(provider, spec)).await?;
        let build = || or_cancelled(&context.cancel, Site::build(&plan, &seen, &self.ground, context));
        let site = retried(build).await?;
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let installation =
            Installation { id, spec: spec.clone(), entry: site.entry().to_owned(), processes: site.processes() };
        self.lock().insert(id, Arc::new(Mutex::new(site)));
        Ok(installation)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Arc<Mutex<Site>>>> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn site(&self, mesh: &Installation) -> Result<Arc<Mutex<Site>>> {
        let here = || Error::invalid("id", "the installation is not on this host").found(mesh.id.to_string());
        self.lock().get(&mesh.id).cloned().ok_or_else(here)
    }
}

#[async_trait]
impl MeshHost for LocalHost {
    fn meshes(&self) -> Vec<MeshInfo> {
        self.here().map(MeshProvider::info).collect()
    }

    async fn plan(&self, spec: &MeshSpec) -> Result<Plan> {
        Ok(self.plan_of(self.provider(&spec.mesh)?, spec).await?.0)
    }

    async fn install(&self, spec: &MeshSpec, context: &Context) -> Result<Installation> {
        self.carry_out(self.provider(&spec.mesh)?, spec, context).await
    }

    async fn verify(&self, mesh: &Installation, context: &Context) -> Result<Vec<CheckOutcome>> {
        let site = self.site(mesh)?;
        let site = site.lock().await;
        site.settled().await;
        let mut outcomes = Vec::new();
        for check in self.local(self.installed(&mesh.spec.mesh)?)?.checks(&mesh.spec)? {
            // Boxed: probes hold whole TLS conversations.
            let probe = Box::pin(probe::make(&check, &site, &self.ground));
            let outcome = or_cancelled(&context.cancel, probe).await;
            site.settled().await;
            outcomes.push(outcome?);
        }
        Ok(outcomes)
    }

    async fn propagation(&self, mesh: &Installation, changes: u32, context: &Context) -> Result<Option<Propagation>> {
        let site = self.site(mesh)?;
        let site = site.lock().await;
        let Some(change) = self.local(self.installed(&mesh.spec.mesh)?)?.change(&mesh.spec)? else { return Ok(None) };
        site.settled().await;
        or_cancelled(&context.cancel, propagation::measure(&site, &change, changes)).await.map(Some)
    }

    async fn status(&self, mesh: &Installation) -> Result<Vec<ProcessStatus>> {
        let site = self.site(mesh)?;
        let mut site = site.lock().await;
        site.status().await
    }

    async fn uninstall(&self, mesh: &Installation) -> Result<()> {
        let Some(site) = self.lock().remove(&mesh.id) else { return Ok(()) };
        let mut site = site.lock().await;
        site.remove().await
    }

    async fn start_upstream(&self, context: &Context) -> Result<Installation> {
        self.carry_out(&Upstream, &MeshSpec::new("upstream", ""), context).await
    }
}

/// Refuses what only a cluster has.
fn in_no_cluster(wanted: &SampleSpec) -> Result<()> {
    let given = [
        ("name", wanted.name.is_some()),
        ("namespace", wanted.namespace.is_some()),
        ("namespace_labels", !wanted.namespace_labels.is_empty()),
        ("namespace_annotations", !wanted.namespace_annotations.is_empty()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((place, _)) => Err(Error::invalid(*place, "only a cluster has that").expected("none on this machine")),
        None => Ok(()),
    }
}
