//! Files to look at, with what of them could not be read.

use std::path::Path;

use meshery_core::Error;

use super::order::{Order, order};
use super::{Options, Source, gather};

/// Files to look at, and what of them could not be read.
///
/// ```
/// use meshery_mesh::analyze::{Files, Session, Options};
///
/// let mut session = Session::new(Options::default());
/// session.add_files(&Files::of_paths(["missing.yaml"]).of_cluster(Some("east")));
/// assert_eq!(session.analysis().errors.len(), 1);
/// ```
#[derive(Debug, Default)]
pub struct Files {
    pub(super) sources: Vec<Source>,
    unread: Vec<Error>,
}

impl From<Vec<Source>> for Files {
    fn from(sources: Vec<Source>) -> Self {
        Self { sources, unread: Vec::new() }
    }
}

/// What was read, and what could not be.
impl From<(Vec<Source>, Vec<Error>)> for Files {
    fn from((sources, unread): (Vec<Source>, Vec<Error>)) -> Self {
        Self { sources, unread }
    }
}

impl Files {
    /// Those that paths name, as [`gather`](gather()) reads them.
    pub fn of_paths(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Self {
        let (sources, unread) = gather(paths);
        Self { sources, unread }
    }

    /// Those of one cluster, where there are several.
    #[must_use]
    pub fn of_cluster(self, cluster: Option<&str>) -> Self {
        let Some(cluster) = cluster else { return self };
        let sources = self.sources.into_iter().map(|source| source.of_cluster(cluster)).collect();
        Self { sources, ..self }
    }

    /// In which [`order`](order()) to apply other files where these run.
    pub fn order(&self, wanted: &Self, options: &Options) -> Order {
        let mut order = order(&self.sources, &wanted.sources, options);
        order.errors.extend(self.unread().chain(wanted.unread()));
        order
    }

    /// What could not be read.
    pub(super) fn unread(&self) -> impl Iterator<Item = Error> {
        self.unread.iter().map(|error| Error::from(error.report().clone()))
    }
}
