//! Where the servers are.

use std::collections::BTreeMap;
use std::path::PathBuf;

use meshery_core::{Error, ErrorKind, Result};

use crate::process::find::search_path;

/// How a user gets them.
const OBTAIN: &str = "`cargo xtask testbed` builds them; or name a folder of yours in KUBEBUILDER_ASSETS";

/// The folder that `cargo xtask testbed` puts servers, `helm` and Istio's charts into: the one named in
/// `MESHERY_TESTBED`, or the one in the user's cache. It need not be there.
///
/// ```
/// let charts = meshery_mesh::control_plane::testbed().map(|folder| folder.join("share/istio/manifests/charts"));
/// println!("{charts:?}");
/// ```
pub fn testbed() -> Option<PathBuf> {
    let cache = variable("MESHERY_CACHE")
        .or_else(|| variable("XDG_CACHE_HOME").map(|cache| cache.join("meshery")))
        .or_else(|| variable("HOME").map(|home| home.join(".cache/meshery")));
    variable("MESHERY_TESTBED").or_else(|| cache.map(|cache| cache.join("testbed/current")))
}

/// A variable that names a folder.
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Where servers are looked for that nobody has named, before `PATH`.
pub(crate) fn folders() -> impl Iterator<Item = PathBuf> {
    [variable("KUBEBUILDER_ASSETS"), testbed().map(|built| built.join("bin"))].into_iter().flatten()
}

/// The places that are looked at for a program, the first one first.
#[derive(Clone)]
pub(crate) struct Programs {
    found: BTreeMap<String, PathBuf>,
    folders: Vec<PathBuf>,
}

impl Programs {
    /// The folder that is named, or all others.
    pub(super) fn new(named: Option<&str>) -> Self {
        let folders = named.map_or_else(|| folders().chain(search_path()).collect(), |named| vec![named.into()]);
        Self { found: BTreeMap::new(), folders }
    }

    /// Programs that somebody has found already.
    pub(crate) fn found(found: BTreeMap<String, PathBuf>) -> Self {
        Self { found, folders: Vec::new() }
    }

    /// A program by its name.
    pub(super) fn find(&self, name: &str) -> Result<PathBuf> {
        if let Some(path) = self.found.get(name) {
            return Ok(path.clone());
        }
        let mut places = self.folders.iter().map(|folder| folder.join(name));
        let found = places.find(|path| path.is_file());
        found.and_then(|path| std::path::absolute(path).ok()).ok_or_else(|| {
            let folders = self.folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>();
            Error::new(ErrorKind::ProgramMissing, format!("the program {name} is not there"))
                .expected(format!("{name} in one of {}", folders.join(", ")))
                .with("how to get it", OBTAIN)
        })
    }
}
