//! Which meshes are on a cluster, told from what is there alone. Pure.
//!
//! | module | holds |
//! |---|---|
//! | `version` | which version of a mesh a workload is |
//! | `advice` | what speaks against how it is |
//! | `tests` | clusters in every state |

mod advice;
#[cfg(test)]
mod tests;
mod version;

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::{DetectedMesh, Detection, Holder, Marks, MeshState, Part};
use meshery_core::{GroupKind, MeshInfo, MeshProvider, Object, ObjectId};

pub(super) use advice::service;
pub(super) use version::of as version_of;

use super::advise::sorted as sorted_advice;
use super::fields::owners;
use super::ready::health;

/// What was seen of a cluster: whole objects where a mark fits that needs them, metadata otherwise.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) objects: BTreeMap<GroupKind, Vec<Object>>,
    /// Services, as `(namespace, name)`, that webhooks are sent to and behind which nobody is ready.
    pub(super) silent: BTreeSet<(String, String)>,
}

pub(super) fn namespaces() -> GroupKind {
    GroupKind::new("", "Namespace")
}

pub(super) fn definitions() -> GroupKind {
    GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition")
}

/// The kinds of webhooks.
pub(super) fn webhooks() -> [GroupKind; 2] {
    ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]
        .map(|kind| GroupKind::new("admissionregistration.k8s.io", kind))
}

/// A mesh, and how it is recognised.
struct Known {
    info: MeshInfo,
    marks: Marks,
}

/// Every mesh that can be recognised.
pub(super) struct Meshes(Vec<Known>);

impl Meshes {
    pub(super) fn of<'a>(providers: impl Iterator<Item = &'a dyn MeshProvider>) -> Self {
        let known = |provider: &dyn MeshProvider| {
            provider.cluster().map(|mesh| Known { info: provider.info(), marks: mesh.marks() })
        };
        Self(providers.filter_map(known).collect())
    }

    /// What has to be looked at.
    pub(super) fn kinds(&self) -> BTreeSet<GroupKind> {
        let marks = || self.0.iter().map(|known| &known.marks);
        let parts = marks().flat_map(|marks| marks.parts.iter().map(|part| part.kind.clone()));
        let signs = marks().flat_map(|marks| marks.signs.iter().map(|sign| sign.kind.clone()));
        parts.chain(signs).chain([namespaces(), definitions()]).chain(webhooks()).collect()
    }

    /// Whether an object is a part of some mesh, so that all of it has to be seen.
    pub(super) fn have_part(&self, object: &Object) -> bool {
        self.0.iter().flat_map(|known| &known.marks.parts).any(|part| part.is(object))
    }

    /// Which of them there are.
    pub(super) fn detect(&self, seen: &Seen) -> Detection {
        let (mut meshes, mut advice) = (Vec::new(), Vec::new());
        for Known { info, marks } in &self.0 {
            if let Some(mesh) = seen.find(info, marks) {
                advice.extend(advice::of_mesh(info, &mesh));
                meshes.push(mesh);
            }
        }
        advice.extend(advice::asked_twice(&self.0, &meshes));
        advice.extend(advice::unanswered(seen));
        Detection { meshes, advice: sorted_advice(advice) }
    }
}

impl Seen {
    fn of(&self, kind: &GroupKind) -> &[Object] {
        self.objects.get(kind).map(Vec::as_slice).unwrap_or_default()
    }

    fn parts<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = &'a Object> {
        self.of(&part.kind).iter().filter(|object| part.is(object))
    }

    /// What there is of a mesh.
    fn find(&self, info: &MeshInfo, marks: &Marks) -> Option<DetectedMesh> {
        let found: Vec<(&Part, &Object)> =
            marks.parts.iter().flat_map(|part| self.parts(part).map(move |object| (part, object))).collect();
        let asking = self.asking(marks);
        let signs = self.signs(marks);
        if found.is_empty() && signs.is_empty() && asking.is_empty() {
            return None;
        }
        let is_missing = |part: &&Part| part.required && self.parts(part).next().is_none();
        let missing: Vec<String> = marks.parts.iter().filter(is_missing).map(ToString::to_string).collect();
        let unready = found.iter().any(|(part, object)| part.required && !health(object).is_ready());
        let state = match (found.is_empty(), missing.is_empty(), unready) {
            (true, ..) => MeshState::Remnants,
            (false, false, _) => MeshState::Partial,
            (false, true, true) => MeshState::Unready,
            (false, true, false) => MeshState::Running,
        };
        let mut mesh = DetectedMesh::new(info.id.as_str(), state);
        mesh.versions = sorted(found.iter().filter_map(|(part, object)| version::of(object, &part.container)));
        mesh.namespaces = sorted(found.iter().filter_map(|(_, object)| object.namespace().map(str::to_owned)));
        mesh.installers = sorted(found.iter().flat_map(|(_, object)| installers(object)));
        mesh.parts = sorted(found.iter().map(|(_, object)| object.id()));
        // What is gone altogether is not missed.
        mesh.missing = if found.is_empty() { Vec::new() } else { missing };
        (mesh.signs, mesh.asking) = (signs, asking);
        Some(mesh)
    }

    /// Definitions, webhooks and whatever else nobody else makes.
    fn signs(&self, marks: &Marks) -> Vec<ObjectId> {
        let is_own = |object: &&Object| {
            object.name().split_once('.').is_some_and(|(_, group)| marks.groups.iter().any(|own| own == group))
        };
        let defined = self.of(&definitions());
        let definitions = defined.iter().filter(is_own).map(Object::id);
        let others = marks
            .signs
            .iter()
            .flat_map(|sign| self.of(&sign.kind).iter().filter(|object| sign.trace.fits(object)).map(Object::id));
        sorted(definitions.chain(others))
    }

    /// Namespaces that ask for proxies.
    fn asking(&self, marks: &Marks) -> Vec<String> {
        let asks = |object: &&Object| {
            marks.opt_ins.iter().any(|opt_in| opt_in.on == Holder::Namespace && opt_in.is_on(object))
        };
        sorted(self.of(&namespaces()).iter().filter(asks).map(|object| object.name().to_owned()))
    }
}

/// Who has written what a workload is to be.
fn installers(object: &Object) -> Vec<String> {
    let writes = owners(object).into_iter().filter(|owner| owner.subresource.is_empty());
    writes.map(|owner| owner.manager).filter(|manager| !manager.starts_with("kube-controller")).collect()
}

fn sorted<Item: Ord>(items: impl IntoIterator<Item = Item>) -> Vec<Item> {
    items.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}
