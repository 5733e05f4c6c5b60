//! Meshes that cannot be installed any more, or not without what is only sold: they are recognised, and the way out is
//! told.

use meshery_core::lifecycle::{ClusterCheck, ClusterMesh, Marks, MeshFacts, Releases, Source};
use meshery_core::provider::{End, EndKind};
use meshery_core::{Error, ErrorKind, InstanceSpec, MeshInfo, MeshProvider, Result};

/// A mesh of which there is nothing to be installed.
pub(super) struct Ended {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) summary: &'static str,
    pub(super) kind: EndKind,
    pub(super) date: &'static str,
    pub(super) successors: &'static [&'static str],
    pub(super) advice: &'static str,
    pub(super) marks: fn() -> Marks,
}

impl Ended {
    fn end(&self) -> End {
        End {
            kind: self.kind,
            date: self.date.into(),
            successors: self.successors.iter().map(|name| (*name).to_owned()).collect(),
            advice: self.advice.into(),
        }
    }
}

impl MeshProvider for Ended {
    fn info(&self) -> MeshInfo {
        MeshInfo { end: Some(self.end()), ..MeshInfo::new(self.id, self.title, self.summary) }
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl ClusterMesh for Ended {
    fn sources(&self, _wanted: &InstanceSpec) -> Result<Vec<Source>> {
        Err(Error::new(ErrorKind::Unsupported, format!("{} cannot be installed: it is {}", self.title, self.end()))
            .at("mesh")
            .expected(format!("one of its successors: {}", self.successors.join(", ")))
            .found(self.id)
            .with("advice", self.advice))
    }

    fn facts(&self, _wanted: &InstanceSpec) -> MeshFacts {
        MeshFacts::default()
    }

    fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        vec![super::facts::ready()]
    }

    fn marks(&self) -> Marks {
        (self.marks)()
    }

    fn releases(&self) -> Releases {
        Releases::default()
    }
}
