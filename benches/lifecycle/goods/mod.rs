//! Sets of objects, in the form that each client takes them in.

pub(crate) mod config_maps;
pub(crate) mod istio;

use std::collections::BTreeSet;
use std::path::PathBuf;

use meshery_core::lifecycle::Source;
use meshery_core::{InstanceSpec, Object, ObjectId};
use meshery_mesh::lifecycle::render::{Tools, render};

use crate::Result;
use crate::bed::Bed;
use crate::folder::Folder;

pub(crate) struct Goods {
    /// Where they go. It is there before, so that everybody makes the same objects.
    pub(crate) namespace: &'static str,
    pub(crate) objects: Vec<Object>,
    /// All of them as YAML.
    pub(crate) manifest: PathBuf,
    /// The same for the engine: that very file.
    pub(crate) spec: InstanceSpec,
    /// The same for Helm: the charts that the file was made from.
    pub(crate) releases: Vec<Release>,
    /// Holds all these files.
    #[allow(dead_code, reason = "what counts is that it is there")]
    folder: Folder,
}

/// A chart with its values.
pub(crate) struct Release {
    pub(crate) name: &'static str,
    pub(crate) chart: PathBuf,
    pub(crate) values: PathBuf,
}

impl Goods {
    fn of(
        bed: &Bed,
        folder: Folder,
        spec: InstanceSpec,
        namespace: &'static str,
        releases: Vec<Release>,
    ) -> Result<Self> {
        let manifest = folder.path().join(MANIFEST);
        let spec = InstanceSpec { sources: vec![Source::Path(manifest.display().to_string())], ..spec };
        let objects = bed.run(render(&spec, &spec.sources, &Tools::default()))?;
        Ok(Self { namespace, objects, manifest, spec, releases, folder })
    }

    /// Of how many kinds they are.
    pub(crate) fn kinds(&self) -> usize {
        self.objects.iter().map(|object| object.id().kind).collect::<BTreeSet<_>>().len()
    }

    /// How many are otherwise in another form of the set.
    pub(crate) fn changes(&self, other: &Self) -> usize {
        let is_same = |object: &&Object| other.objects.contains(*object);
        let known: BTreeSet<ObjectId> = self.objects.iter().filter(is_same).map(Object::id).collect();
        other.objects.iter().filter(|object| !known.contains(&object.id())).count()
    }
}

/// How the file with all objects is called.
const MANIFEST: &str = "manifest.yaml";
