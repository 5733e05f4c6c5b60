//! Every mesh, release and profile whose real manifests lie beside the repository: installed, verified, upgraded to its
//! next release, rolled back, and removed without a trace, on a real API server. What cannot run here, the control planes
//! of the meshes, is stood in for.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Instant;

use crate::support::bed::{self, Bed};
use crate::support::stage::{self, Release, Stage};
use meshery_core::control_plane::NodeSpec;
use meshery_core::lifecycle::AdviceCode;
use meshery_core::{ChangePlan, ControlPlaneSpec, ErrorKind, ObjectId, OperationOptions, Result};
use meshery_mesh::lifecycle::Snapshot;

/// What is known to speak against the way to a release, found in the project's own release notes and manifests.
fn expected(release: &Release, upgrades: bool) -> Vec<AdviceCode> {
    let mut codes = match (release.mesh.as_str(), release.version.as_str()) {
        // Both have moved the definitions of the Gateway API, or some of them, to where they come from.
        ("linkerd", "edge-25.10.7") if release.profile != "extensions" => vec![AdviceCode::DefinitionsKept],
        ("consul", "2.0.3") => vec![AdviceCode::DefinitionsKept],
        _ => vec![],
    };
    codes.retain(|_| upgrades);
    if ["appmesh", "nginx-service-mesh", "osm", "traefik-mesh"].contains(&release.mesh.as_str()) {
        codes.push(AdviceCode::ProjectEnded);
    }
    codes.sort();
    codes
}

struct Walk {
    bed: Bed,
    options: OperationOptions,
    kept: BTreeSet<ObjectId>,
    /// How the cluster was before anything.
    origin: Snapshot,
}

/// A line of the table.
fn say(release: &Release, what: &str, words: &str) {
    let Release { mesh, version, profile, .. } = release;
    writeln!(std::io::stderr(), "MATRIX {mesh} | {version} | {profile} | {what} | {words}").unwrap();
}

impl Walk {
    async fn step<T>(&self, release: &Release, what: &str, work: impl Future<Output = Result<T>>) -> T {
        let (from, begun) = (self.bed.mark().await, Instant::now());
        let done = work.await.unwrap_or_else(|error| panic!("{what} {release:?}: {error}", release = release.version));
        let seconds = begun.elapsed().as_secs_f64();
        let requests = self.bed.requests(from, self.bed.mark().await).len();
        say(release, what, &format!("{requests} requests, {seconds:.1} s"));
        done
    }

    async fn plan(&self, release: &Release, upgrades: bool) -> ChangePlan {
        let plan = self.bed.lifecycle.plan(&release.spec("mesh"), &self.options, &self.bed.context).await;
        let plan = plan.unwrap_or_else(|error| panic!("{} {}: {error}", release.mesh, release.version));
        for advice in &plan.advice {
            say(release, "warned", &format!("{advice} ({})", advice.remedy));
        }
        let codes: Vec<AdviceCode> = plan.advice.iter().map(|advice| advice.code).collect();
        assert_eq!(codes, expected(release, upgrades), "{} {}", release.mesh, release.version);
        plan
    }

    async fn verify(&self, release: &Release) {
        let outcomes = self.bed.lifecycle.verify("mesh", &self.options, &self.bed.context).await.unwrap();
        let failed: Vec<_> =
            outcomes.iter().filter(|outcome| !outcome.passed && !is_stood_in_for(&outcome.name)).collect();
        assert!(failed.is_empty(), "{} {}: {failed:?}", release.mesh, release.version);
        say(release, "verified", &format!("{} checks", outcomes.len()));
    }

    async fn put(&mut self, stage: &Stage, release: &Release, upgrades: bool) {
        self.plan(release, upgrades).await;
        let (spec, lifecycle) = (release.spec("mesh"), &self.bed.lifecycle);
        let what = if upgrades { "upgrade" } else { "install" };
        let report = self.step(release, what, lifecycle.install(&spec, &self.options, &self.bed.context)).await;
        self.kept.extend(report.kept.into_iter().map(|kept| kept.object));
        stage.at_run_time(&self.bed, release).await;
        self.verify(release).await;
        // What is there is left alone.
        let plan = lifecycle.plan(&spec, &self.options, &self.bed.context).await.unwrap();
        assert!(plan.is_empty(), "{} {}: {}", release.mesh, release.version, plan.to_text());
        let again = lifecycle.install(&spec, &self.options, &self.bed.context).await.unwrap();
        assert!(!again.changed_anything(), "{} {}: {again:?}", release.mesh, release.version);
    }

    /// Removes what has been kept, as its users would in the end.
    async fn sweep(&mut self) {
        for id in std::mem::take(&mut self.kept).iter().filter(|id| id.kind.kind == "CustomResourceDefinition") {
            let path = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{}", id.name);
            // One that was kept may have been taken up again, and removed.
            let _ = self.bed.delete(&path).await;
        }
        let left = self.bed.difference_but(&self.origin, |id| id.kind.kind == "PersistentVolume").await;
        assert!(left.is_empty(), "{left:?}");
    }

    async fn through(&mut self, mut chain: Vec<Release>) {
        let before = self.bed.snapshot().await;
        let stage = Stage::set(&self.bed, &mut chain).await;
        for (place, release) in chain.iter().enumerate() {
            self.put(&stage, release, place > 0).await;
        }
        let last = chain.last().unwrap();
        if chain.len() > 1 {
            let back = self.bed.lifecycle.rollback("mesh", None, &self.options, &self.bed.context);
            let report = self.step(last, "rollback", back).await;
            self.kept.extend(report.kept.into_iter().map(|kept| kept.object));
            self.verify(&chain[chain.len() - 2]).await;
        }
        let options = OperationOptions { remove_definitions: true, remove_data: true, ..self.options.clone() };
        let gone = self.bed.lifecycle.uninstall("mesh", &options, &self.bed.context);
        let report = self.step(last, "uninstall", gone).await;
        drop(stage);
        let kept = &self.kept;
        // Of a definition that stays the server serves the API.
        let stays = |id: &ObjectId| {
            let group = id.name.split_once('.').map_or("", |(_, group)| group);
            let is_served = || kept.iter().any(|kept| kept.name.ends_with(&format!(".{group}")));
            kept.contains(id) || (id.kind.kind == "APIService" && is_served()) || id.kind.kind == "PersistentVolume"
        };
        let difference = self.bed.difference_but(&before, stays).await;
        let (mesh, profile) = (&last.mesh, &last.profile);
        assert!(difference.is_empty(), "{mesh} {profile}: {difference:?}\n{:?}\n{:?}", report.residue, report.kept);
        self.sweep().await;
        let stays: Vec<String> = report.kept.iter().map(|kept| kept.object.to_string()).collect();
        say(last, "gone", &format!("zero set; residue {:?}; kept {stays:?}", report.residue));
    }
}

/// Whether only the mesh's own control plane can make it true.
fn is_stood_in_for(check: &str) -> bool {
    ["bad_configuration_refused", "proxies_in_sync", "version_running"].contains(&check)
}

async fn walk(mesh: &str) {
    let Some(chains) = stage::chains(mesh) else { return };
    // What takes a port of its node has to make room for its successor, and three replicas want a node each.
    let nodes = ["node-1", "node-2", "node-3"].map(|name| NodeSpec { name: name.into(), ..NodeSpec::default() });
    let spec = ControlPlaneSpec { nodes: nodes.into(), ..ControlPlaneSpec::default() };
    let Some(bed) = bed::bed_with(spec).await else { return };
    stage::disks(&bed, 6).await;
    let options = OperationOptions { replace: true, ..bed.options.clone() };
    let origin = bed.snapshot().await;
    let mut walk = Walk { bed, options, kept: BTreeSet::new(), origin };
    for chain in chains.into_values() {
        walk.through(chain).await;
    }
    walk.bed.stop();
}

#[tokio::test]
async fn app_mesh() {
    walk("appmesh").await;
}

#[tokio::test]
async fn consul() {
    walk("consul").await;
}

#[tokio::test]
async fn istio() {
    walk("istio").await;
}

#[tokio::test]
async fn kuma() {
    walk("kuma").await;
}

#[tokio::test]
async fn linkerd() {
    walk("linkerd").await;
}

#[tokio::test]
async fn network_service_mesh() {
    walk("nsm").await;
}

#[tokio::test]
async fn nginx_service_mesh() {
    walk("nginx-service-mesh").await;
}

#[tokio::test]
async fn open_service_mesh() {
    walk("osm").await;
}

/// Its APIs are gone from every Kubernetes since 1.22: that is said before anything is written, with the objects named.
#[tokio::test]
async fn traefik_mesh() {
    let Some(chains) = stage::chains("traefik-mesh") else { return };
    let Some(bed) = bed::bed().await else { return };
    let before = bed.snapshot().await;
    for release in chains.into_values().flatten() {
        let error = bed.install(&release.spec("mesh")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::VersionUnsupported, "{error}");
        let text = error.to_string();
        assert!(text.contains("CustomResourceDefinition") && text.contains("v1beta1"), "{text}");
    }
    assert!(bed.difference(&before).await.is_empty());
    bed.stop();
}
