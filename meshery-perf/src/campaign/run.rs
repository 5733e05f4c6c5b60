//! One run: fresh proxies, one load, what the processes used, and everything removed again.

use meshery_core::comparison::Run;
use meshery_core::measurement::{Doubt, Reason};
use meshery_core::{
    ArmSpec, CheckOutcome, ComparisonSpec, Context, Error, ErrorKind, Event, Installation, LoadTest, MeshHost,
    MeshSpec, Result,
};

use super::Proof;
use crate::telemetry::{Sampler, Watch};

/// How many changes of configuration are made in a run: enough for the slowest in ten.
const CHANGES: u32 = 10;

/// Who carries a campaign out, and where.
pub(super) struct Session<'a> {
    pub(super) load: &'a dyn LoadTest,
    pub(super) host: &'a dyn MeshHost,
    /// The built-in upstream, if there is one.
    pub(super) upstream: Option<&'a Installation>,
    /// What else is looked at.
    pub(super) watch: Option<&'a Watch>,
    pub(super) context: &'a Context,
}

/// Refuses a load that the tool could not make of any arm.
pub(crate) fn check_load(spec: &ComparisonSpec, load: &dyn LoadTest) -> Result<()> {
    load.check(&spec.load.on(format!("http://127.0.0.1{}", spec.path)))
}

impl Session<'_> {
    fn mesh(&self, spec: &ComparisonSpec, arm: &ArmSpec) -> MeshSpec {
        let upstream = match (self.upstream, &spec.upstream) {
            (Some(built_in), _) => built_in.entry.clone(),
            (None, named) => named.clone().unwrap_or_default(),
        };
        MeshSpec { mesh: arm.mesh.clone(), upstream, mtls: arm.mtls, settings: arm.settings.clone() }
    }

    /// Finds what is wrong with any arm before anything is started.
    pub(super) async fn plan_all(&self, spec: &ComparisonSpec) -> Result<()> {
        for (index, arm) in spec.arms.iter().enumerate() {
            let planned = self.host.plan(&self.mesh(spec, arm)).await;
            planned.map_err(|error| error.at(format!("arms[{index}]")))?;
        }
        Ok(())
    }

    /// Sets every arm up once and proves that it does what it promises. An arm that does not gets no runs.
    pub(super) async fn prove_all(&self, spec: &ComparisonSpec) -> Result<Vec<Proof>> {
        let mut proofs = Vec::new();
        for (index, arm) in spec.arms.iter().enumerate() {
            self.context.cancel.check()?;
            let proof = match self.prove(spec, arm).await {
                Ok(proof) => proof,
                Err(error) if error.is_cancelled() => return Err(error),
                Err(error) => Proof { checks: vec![not_set_up(&error)], ..Proof::default() },
            };
            if let Some(failed) = proof.checks.iter().find(|check| !check.passed) {
                if index == 0 {
                    let message = format!("the baseline {:?} does not work: {}", arm.name, failed.evidence);
                    return Err(Error::new(ErrorKind::CheckFailed, message).at("arms[0]"));
                }
                let (arm, reason) = (arm.name.clone(), format!("{}: {}", failed.name, failed.evidence));
                self.context.report(&Event::ArmLeftOut { arm, reason });
            }
            proofs.push(proof);
        }
        Ok(proofs)
    }

    async fn prove(&self, spec: &ComparisonSpec, arm: &ArmSpec) -> Result<Proof> {
        let mesh = self.host.install(&self.mesh(spec, arm), self.context).await?;
        let versions = mesh
            .processes
            .iter()
            .filter_map(|process| Some((process.name.clone(), process.version.clone()?)))
            .collect();
        let checks = self.host.verify(&mesh, self.context).await;
        self.host.uninstall(&mesh).await?;
        Ok(Proof { versions, checks: checks? })
    }

    /// Makes a run; whatever goes wrong is part of it.
    pub(super) async fn run(&self, spec: &ComparisonSpec, arm: &ArmSpec, (block, order): (u32, u32)) -> Run {
        let mut run = Run { block, order, measurement: None, processes: Vec::new(), propagation: None, error: None };
        match self.host.install(&self.mesh(spec, arm), self.context).await {
            Ok(mesh) => {
                let measured = self.measure(spec, &mesh, &mut run).await;
                let removed = self.host.uninstall(&mesh).await;
                run.error = measured.and(removed).err().map(|error| error.report().clone());
            }
            Err(error) => run.error = Some(error.report().clone()),
        }
        run
    }

    async fn measure(&self, spec: &ComparisonSpec, mesh: &Installation, run: &mut Run) -> Result<()> {
        let upstream = self.upstream.into_iter().flat_map(|upstream| upstream.processes.clone());
        let processes = mesh.processes.iter().cloned().chain(upstream).collect();
        let (sampler, listening) = Sampler::start(processes, self.context)?;
        let measurement = self.load.run(&spec.load.on(mesh.url(&spec.path)), &listening).await;
        drop(listening);
        let used = sampler.finish();
        let mut measurement = measurement?;
        let elsewhere = match self.watch {
            // Boxed, for few campaigns need it and all would carry its size.
            Some(watch) => Box::pin(watch.usage(&measurement, self.context)).await,
            None => Ok(Vec::new()),
        };
        let alive = self.alive(mesh).await;
        if let Err(error) = &alive {
            measurement.validity.invalid.push(Reason::new(Doubt::ProcessDied, error.report().message.clone()));
        }
        run.measurement = Some(measurement);
        alive?;
        run.processes = used?;
        run.processes.extend(elsewhere.map_err(|error| error.at("telemetry"))?);
        // After the load, which must not meet a change.
        let propagation = self.host.propagation(mesh, CHANGES, self.context).await;
        run.propagation = propagation.map_err(|error| error.at("propagation"))?;
        Ok(())
    }

    /// # Errors
    /// [`ProcessDied`](ErrorKind::ProcessDied) with its last words, when a process of the installation has ended.
    async fn alive(&self, mesh: &Installation) -> Result<()> {
        let states = self.host.status(mesh).await?;
        match states.into_iter().find(|state| !state.running) {
            Some(dead) => Err(Error::new(ErrorKind::ProcessDied, "the process ended during the run")
                .at(dead.name)
                .with("last words", dead.last_words)),
            None => Ok(()),
        }
    }

    /// # Errors
    /// When the built-in upstream has ended: no later run could mean anything.
    pub(super) async fn check_upstream(&self) -> Result<()> {
        match self.upstream {
            Some(upstream) => self.alive(upstream).await,
            None => Ok(()),
        }
    }
}

fn not_set_up(error: &Error) -> CheckOutcome {
    CheckOutcome {
        name: "set_up".into(),
        claim: "The mesh can be installed, checked and removed".into(),
        passed: false,
        evidence: error.to_string(),
    }
}
