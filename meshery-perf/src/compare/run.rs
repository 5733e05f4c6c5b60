//! One run: fresh proxies, one load, what the processes used, and everything removed again.

use std::collections::BTreeMap;

use meshery_core::comparison::{Arm, Run};
use meshery_core::measurement::{Doubt, Reason};
use meshery_core::{
    ArmSpec, CheckOutcome, ComparisonSpec, Context, Error, ErrorKind, Event, Installation, Latencies, LoadSpec,
    LoadTest, MeshSpec, Result,
};

use super::{Place, setup_failed};
use crate::telemetry::Sampler;

pub(super) struct Session<'a> {
    pub(super) spec: &'a ComparisonSpec,
    pub(super) load: &'a dyn LoadTest,
    pub(super) place: Place<'a>,
    pub(super) context: &'a Context,
}

/// The load of a run on a target.
pub(super) fn load_spec(spec: &ComparisonSpec, target: &str) -> LoadSpec {
    let load = &spec.load;
    LoadSpec {
        pace: load.pace.clone(),
        stop: load.stop.clone(),
        warm_up: load.warm_up,
        connections: load.connections,
        threads: load.threads,
        timeout: load.timeout,
        ..LoadSpec::new(target)
    }
}

/// Whether a run counts: made to its end, with nothing against its figures.
pub(super) fn is_valid(run: &Run) -> bool {
    run.error.is_none() && run.measurement.as_ref().is_some_and(|found| found.validity.is_valid())
}

impl Session<'_> {
    fn mesh(&self, arm: &ArmSpec) -> MeshSpec {
        let upstream = match (self.place.upstream, &self.spec.upstream) {
            (Some(built_in), _) => built_in.entry.clone(),
            (None, named) => named.clone().unwrap_or_default(),
        };
        MeshSpec { mesh: arm.mesh.clone(), upstream, mtls: arm.mtls, settings: arm.settings.clone() }
    }

    /// Finds what is wrong with any arm before anything is started.
    pub(super) async fn plan_all(&self) -> Result<()> {
        for (index, arm) in self.spec.arms.iter().enumerate() {
            let planned = self.place.host.plan(&self.mesh(arm)).await;
            planned.map_err(|error| error.at(format!("arms[{index}]")))?;
        }
        Ok(())
    }

    /// Sets every arm up once and proves that it does what it promises. An arm that does not is kept, without runs.
    pub(super) async fn prove_all(&self) -> Result<Vec<Arm>> {
        let mut arms = Vec::new();
        for (index, spec) in self.spec.arms.iter().enumerate() {
            self.context.cancel.check()?;
            let mut arm = Arm {
                spec: spec.clone(),
                versions: BTreeMap::new(),
                checks: Vec::new(),
                runs: Vec::new(),
                pooled: Latencies::new(),
            };
            match self.prove(&mut arm).await {
                Ok(()) => {}
                Err(error) if error.is_cancelled() => return Err(error),
                Err(error) => arm.checks.push(CheckOutcome {
                    name: "set_up".into(),
                    claim: "The mesh can be installed, checked and removed".into(),
                    passed: false,
                    evidence: error.to_string(),
                }),
            }
            if index == 0
                && let Some(failed) = arm.checks.iter().find(|check| !check.passed)
            {
                let message = format!("the baseline {:?} does not work: {}", spec.name, failed.evidence);
                return Err(setup_failed(message).at("arms[0]"));
            }
            if let Some(failed) = arm.checks.iter().find(|check| !check.passed) {
                let (arm, reason) = (spec.name.clone(), format!("{}: {}", failed.name, failed.evidence));
                self.context.report(&Event::ArmLeftOut { arm, reason });
            }
            arms.push(arm);
        }
        Ok(arms)
    }

    async fn prove(&self, arm: &mut Arm) -> Result<()> {
        let host = self.place.host;
        let mesh = host.install(&self.mesh(&arm.spec), self.context).await?;
        let versions =
            mesh.processes.iter().filter_map(|process| Some((process.name.clone(), process.version.clone()?)));
        arm.versions = versions.collect();
        let checks = host.verify(&mesh, self.context).await;
        host.uninstall(&mesh).await?;
        arm.checks = checks?;
        Ok(())
    }

    /// Makes a run; whatever goes wrong is part of it.
    pub(super) async fn run(&self, arm: &ArmSpec, block: u32, order: u32) -> Run {
        let mut run = Run { block, order, measurement: None, processes: Vec::new(), error: None };
        match self.place.host.install(&self.mesh(arm), self.context).await {
            Ok(mesh) => {
                let measured = self.measure(&mesh, &mut run).await;
                let removed = self.place.host.uninstall(&mesh).await;
                run.error = measured.and(removed).err().map(|error| error.report().clone());
            }
            Err(error) => run.error = Some(error.report().clone()),
        }
        run
    }

    async fn measure(&self, mesh: &Installation, run: &mut Run) -> Result<()> {
        let upstream = self.place.upstream.into_iter().flat_map(|upstream| upstream.processes.clone());
        let processes = mesh.processes.iter().cloned().chain(upstream).collect();
        let (sampler, listening) = Sampler::start(processes, self.context)?;
        let measurement = self.load.run(&load_spec(self.spec, &mesh.url(&self.spec.path)), &listening).await;
        drop(listening);
        let used = sampler.finish();
        let mut measurement = measurement?;
        let alive = self.alive(mesh).await;
        if let Err(error) = &alive {
            measurement.validity.invalid.push(Reason::new(Doubt::ProcessDied, error.report().message.clone()));
        }
        run.measurement = Some(measurement);
        alive?;
        run.processes = used?;
        Ok(())
    }

    /// # Errors
    /// [`ProcessDied`](ErrorKind::ProcessDied) with its last words, when a process of the installation has ended.
    async fn alive(&self, mesh: &Installation) -> Result<()> {
        let states = self.place.host.status(mesh).await?;
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
        match self.place.upstream {
            Some(upstream) => self.alive(upstream).await,
            None => Ok(()),
        }
    }
}
