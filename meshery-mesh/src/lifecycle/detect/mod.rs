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

fn known(providers: &[&dyn MeshProvider]) -> Vec<Known> {
    let known = |provider: &&dyn MeshProvider| {
        provider.cluster().map(|mesh| Known { info: provider.info(), marks: mesh.marks() })
    };
    providers.iter().filter_map(known).collect()
}

/// What has to be looked at.
pub(super) fn kinds(providers: &[&dyn MeshProvider]) -> BTreeSet<GroupKind> {
    let marks = known(providers).into_iter().map(|known| known.marks);
    let of = |marks: Marks| {
        let parts = marks.parts.into_iter().map(|part| part.kind);
        parts.chain(marks.signs.into_iter().map(|sign| sign.kind)).collect::<Vec<_>>()
    };
    marks.flat_map(of).chain([namespaces(), definitions()]).chain(webhooks()).collect()
}

/// Whether an object is a part of some mesh, so that all of it has to be seen.
pub(super) fn is_part(providers: &[&dyn MeshProvider], object: &Object) -> bool {
    known(providers).iter().flat_map(|known| &known.marks.parts).any(|part| part.is(object))
}

/// Which meshes there are.
pub(super) fn detect(seen: &Seen, providers: &[&dyn MeshProvider]) -> Detection {
    let known = known(providers);
    let mut detection = Detection::default();
    for Known { info, marks } in &known {
        if let Some(mesh) = seen.find(info, marks) {
            detection.advice.extend(advice::of_mesh(info, &mesh));
            detection.meshes.push(mesh);
        }
    }
    detection.advice.extend(advice::asked_twice(&known, &detection.meshes));
    detection.advice.extend(advice::unanswered(seen));
    detection.advice.sort_by(|a, b| b.blocks.cmp(&a.blocks).then_with(|| a.cmp(b)));
    detection
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
