//! Kustomizations, built by `kustomize`, or by `kubectl`, which has it built in.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use meshery_core::{Error, ErrorKind, Result};
use tokio::process::Command;

use super::program::{self, Need};
use super::{Renderer, Task, Tools};
use crate::analyze::Source;

const KUSTOMIZE: Need =
    Need { name: "kustomize", obtain: "https://kubectl.docs.kubernetes.io/installation/kustomize/ or kubectl itself" };
const KUBECTL: Need = Need { name: "kubectl", obtain: "https://kubernetes.io/docs/tasks/tools/" };

pub(super) struct Kustomization<'a>(pub(super) &'a str);

#[async_trait]
impl Renderer for Kustomization<'_> {
    async fn render(&self, task: &Task<'_>) -> Result<Vec<Source>> {
        let folder = Path::new(self.0);
        if !folder.is_dir() {
            return Err(Error::new(ErrorKind::NotFound, "there is no such folder").found(self.0));
        }
        let (need, path, verb) = builder(task.tools)?;
        let mut command = Command::new(path);
        // An absolute path is no option, whatever it begins with.
        command.arg(verb).arg(std::path::absolute(folder)?);
        let end = program::run(&need, command, &[], task.tools.timeout).await?;
        let text = end.success("the kustomization cannot be built", ErrorKind::InvalidInput)?;
        Ok(vec![Source::new(task.place, text)])
    }
}

/// Who builds, where it is, and how it is told to: what is named goes before what is merely there.
fn builder(tools: &Tools) -> Result<(Need, PathBuf, &'static str)> {
    let kustomize = |path| (KUSTOMIZE, path, "build");
    let kubectl = |path| (KUBECTL, path, "kustomize");
    match (&tools.kustomize, &tools.kubectl) {
        (Some(path), _) => KUSTOMIZE.find(Some(path)).map(kustomize),
        (None, Some(path)) => KUBECTL.find(Some(path)).map(kubectl),
        (None, None) => {
            KUSTOMIZE.find(None).map(kustomize).or_else(|missing| KUBECTL.find(None).map(kubectl).map_err(|_| missing))
        }
    }
}
