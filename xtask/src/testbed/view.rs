//! The view: one folder with links to all programs, wherever they are kept.

use std::path::{Path, PathBuf};

use super::cache;
use super::sets::SETS;
use crate::shell::Result;

/// A link of a view: where it is in it, and where it leads.
type Link = (PathBuf, PathBuf);

/// A view of what there is by now.
pub(super) struct View {
    home: PathBuf,
    links: Vec<Link>,
}

impl View {
    /// Looks at what there is.
    pub(super) fn of(cache: &Path) -> Result<Self> {
        let mut links = Vec::new();
        for set in &SETS {
            let programs = set.programs.iter().map(|program| program.name);
            if let (true, Some(envtest)) = (set.is_in_envtest, envtest()) {
                let given = programs.filter(|name| envtest.join(name).exists());
                links.extend(given.map(|name| (Path::new("bin").join(name), envtest.join(name))));
            } else if set.is_built(cache)? {
                let home = set.home(cache)?;
                // Relative, so that the cache can be moved.
                let home = Path::new("../..").join(home.file_name().unwrap_or_default());
                links.extend(programs.map(|name| (Path::new("bin").join(name), home.join("bin").join(name))));
                let share = (!set.share.is_empty()).then(|| (set.shared(Path::new("")), set.shared(&home)));
                links.extend(share);
            }
        }
        let texts: Vec<_> =
            links.iter().flat_map(|(path, target)| [path, target]).map(|path| path.to_string_lossy()).collect();
        let name = cache::fingerprint(texts.iter().map(AsRef::as_ref));
        Ok(Self { home: cache.join(format!("view-{name}")), links })
    }

    /// Where it is once it is laid.
    pub(super) fn path(&self) -> &Path {
        &self.home
    }

    /// Whether it is there, and the one that is found without being told.
    pub(super) fn is_laid(&self) -> bool {
        self.home.exists()
            && std::fs::read_link(self.current()).is_ok_and(|found| Some(found.as_os_str()) == self.home.file_name())
    }

    /// Makes it, and makes it the one that is found without being told; but not one of nothing.
    pub(super) fn lay(&self) -> Result {
        if self.links.is_empty() {
            return Ok(());
        }
        if !self.home.exists() {
            cache::place(&self.home, |draft| {
                self.links.iter().try_for_each(|(path, target)| {
                    let path = draft.join(path);
                    cache::folder(path.parent().unwrap_or(draft))?;
                    cache::link(target, &path)
                })
            })?;
        }
        cache::link(Path::new(self.home.file_name().unwrap_or_default()), &self.current())
    }

    fn current(&self) -> PathBuf {
        self.home.with_file_name("current")
    }
}

/// The folder of programs that users of envtest have, if it holds what stands for it.
pub(super) fn envtest() -> Option<PathBuf> {
    let folder = std::env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from)?.canonicalize().ok()?;
    ["etcd", "kube-apiserver"].iter().all(|name| folder.join(name).exists()).then_some(folder)
}
