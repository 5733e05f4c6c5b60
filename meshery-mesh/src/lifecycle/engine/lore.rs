//! What is known of the mesh that an instance is.

use meshery_core::lifecycle::{ChangePlan, ClusterCheck, ClusterMesh, MeshFacts, Part, Releases, ResidueRule};
use meshery_core::{InstanceSpec, MeshInfo, MeshProvider};

use crate::lifecycle::enrolment::Words;
use crate::providers::Registry;
use crate::providers::facts::ready;

/// What is known of a mesh: nothing, where an instance does not say which it is.
#[derive(Default)]
pub(in crate::lifecycle) struct Lore {
    pub(super) info: Option<MeshInfo>,
    pub(super) facts: MeshFacts,
    pub(super) releases: Releases,
    /// What runs of it.
    pub(super) parts: Vec<Part>,
    meshes: Registry,
}

impl Lore {
    /// Of the mesh that an instance is.
    pub(super) fn of(spec: &InstanceSpec, meshes: &Registry) -> Self {
        let unknown = Self { meshes: meshes.clone(), ..Self::default() };
        let Some((provider, mesh)) = named(spec, meshes) else { return unknown };
        let parts = mesh.marks().parts;
        Self { info: Some(provider.info()), facts: mesh.facts(spec), releases: mesh.releases(), parts, ..unknown }
    }

    /// What is there because of this mesh or of another.
    pub(super) fn caused(&self) -> Vec<ResidueRule> {
        self.facts.residue.iter().cloned().chain(in_every_namespace(&self.meshes)).collect()
    }

    /// Whether it depends on the version of the cluster that a plan can be carried out.
    pub(super) fn asks_for_kubernetes(&self, plan: &ChangePlan) -> bool {
        let needs = |version: &str| self.releases.kubernetes(version).is_some();
        plan.from_version != plan.to_version && needs(&plan.to_version)
    }
}

fn named<'a>(spec: &InstanceSpec, meshes: &'a Registry) -> Option<(&'a dyn MeshProvider, &'a dyn ClusterMesh)> {
    let provider = meshes.find(spec.mesh.as_ref()?)?;
    Some((provider, provider.cluster()?))
}

/// The mesh that an instance is, where that is known and runs on clusters.
pub(super) fn mesh<'a>(spec: &InstanceSpec, meshes: &'a Registry) -> Option<&'a dyn ClusterMesh> {
    named(spec, meshes).map(|(_, mesh)| mesh)
}

/// What every mesh that runs on clusters says of marks and proxies: the one of this instance, and all others.
pub(in crate::lifecycle) fn words(spec: &InstanceSpec, meshes: &Registry) -> (Option<Words>, Vec<Words>) {
    let (mut own, mut others) = (None, Vec::new());
    for (provider, mesh) in meshes.iter().filter_map(|provider| Some((provider, provider.cluster()?))) {
        let (info, marks) = (provider.info(), mesh.marks());
        if spec.mesh.as_ref() == Some(&info.id) {
            own = Some(Words { info, marks, enrolment: mesh.enrolment(spec) });
        } else {
            let enrolment = mesh.enrolment(&InstanceSpec::new(info.id.as_str(), "default", vec![]));
            others.push(Words { info, marks, enrolment });
        }
    }
    (own, others)
}

/// What meshes write into every namespace, also into one that is not theirs: it goes with the namespace, and keeps none.
fn in_every_namespace(meshes: &Registry) -> impl Iterator<Item = ResidueRule> {
    let all = meshes.iter().filter_map(|provider| Some((provider.info().id, provider.cluster()?)));
    let rules = all.flat_map(|(id, mesh)| mesh.facts(&InstanceSpec::new(id.as_str(), "default", vec![])).residue);
    rules.filter(|rule| rule.remove && rule.namespace.is_none())
}

/// What must be true of an instance: that its objects are ready, where nobody knows more.
pub(super) fn checks(spec: &InstanceSpec, meshes: &Registry) -> Vec<ClusterCheck> {
    mesh(spec, meshes).map_or_else(|| vec![ready()], |mesh| mesh.checks(spec))
}
