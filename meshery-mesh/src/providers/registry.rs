//! The meshes that an engine knows.

use std::fmt;
use std::sync::Arc;

use meshery_core::{Error, MeshId, MeshProvider, Result};

use super::PROVIDERS;

/// The meshes that an engine knows: all of [`PROVIDERS`], and what a program brings along.
///
/// ```
/// use std::sync::Arc;
///
/// use meshery_core::{LocalMesh, MeshInfo, MeshProvider};
/// use meshery_mesh::providers::Registry;
///
/// struct Paper;
/// impl MeshProvider for Paper {
///     fn info(&self) -> MeshInfo {
///         MeshInfo::new("paper", "Paper", "A mesh on paper")
///     }
/// }
/// let registry = Registry::default().with(Arc::new(Paper))?;
/// assert_eq!(registry.find(&"paper".into()).unwrap().info().title, "Paper");
/// assert!(registry.with(Arc::new(Paper)).is_err(), "that name is taken");
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    own: Vec<Arc<dyn MeshProvider>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|mesh| mesh.info().id)).finish()
    }
}

impl Registry {
    /// With one more mesh.
    ///
    /// # Errors
    /// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) for a name that another one has.
    pub fn with(mut self, mesh: Arc<dyn MeshProvider>) -> Result<Self> {
        let id = mesh.info().id;
        if self.find(&id).is_some() {
            let error = Error::invalid("mesh", "there is a mesh of this name");
            return Err(error.expected("a name of its own").found(id.to_string()));
        }
        self.own.push(mesh);
        Ok(self)
    }

    /// Every mesh: those of the list in its order, then the others in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = &dyn MeshProvider> {
        PROVIDERS.iter().copied().chain(self.own.iter().map(AsRef::as_ref))
    }

    /// The mesh of a name.
    pub fn find(&self, id: &MeshId) -> Option<&dyn MeshProvider> {
        self.iter().find(|mesh| mesh.info().id == *id)
    }
}
