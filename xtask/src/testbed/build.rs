//! Building a set, from its pinned module into the cache.

use std::path::Path;
use std::time::Instant;

use super::cache;
use super::set::Set;
use super::yard::Yard;
use crate::shell::{Result, answer, run_quietly};

/// What the compiler is told: nobody debugs these programs, and what a debugger would need takes a tenth of the time.
pub(super) const COMPILER: &str = "all=-dwarf=false";

impl Set {
    /// Builds it, and says so.
    pub(super) fn build(&self, cache: &Path, yard: &Yard) -> Result {
        let started = Instant::now();
        let built = cache::place(&self.home(cache)?, |draft| self.fill(draft, yard));
        let end = if built.is_ok() { "built" } else { "failed" };
        println!("testbed: {}: {end} after {:.0?}", self.name, started.elapsed());
        built.map_err(|error| {
            let other = if self.is_in_envtest { ", or envtest's programs in KUBEBUILDER_ASSETS" } else { "" };
            let (name, cache) = (self.name, cache.display());
            format!(
                "the set {name} could not be built: {error}\n\
                 needed: Go's module proxy (see GOPROXY), and 10 GB below {cache} while it is built{other}"
            )
        })
    }

    fn fill(&self, draft: &Path, yard: &Yard) -> Result {
        println!("testbed: {}: fetching {} {}", self.name, self.module, self.version()?);
        yard.fetch(&self.pinned())?;
        if !self.programs.is_empty() {
            let names: Vec<&str> = self.programs.iter().map(|program| program.name).collect();
            println!("testbed: {}: building {}", self.name, names.join(", "));
            // All at once: while one is linked, the others are compiled.
            let mut go = yard.go(&self.pinned())?;
            go.args(["build", "-tags", self.tags, "-gcflags", COMPILER, "-ldflags", &self.linker()?, "-o"]);
            go.arg(draft.join("bin").join("")).args(self.programs.iter().map(|program| program.package));
            cache::folder(&draft.join("bin"))?;
            run_quietly(&mut go)?;
        }
        for program in self.programs {
            let (built, wanted) = (draft.join("bin").join(program.built()), draft.join("bin").join(program.name));
            std::fs::rename(&built, wanted).map_err(|error| format!("{}: {error}", built.display()))?;
        }
        if self.share.is_empty() {
            return Ok(());
        }
        let module = answer(yard.go(&self.pinned())?.args(["list", "-m", "-f", "{{.Dir}}", self.module]))?;
        self.share.iter().try_for_each(|path| copy(&Path::new(&module).join(path), &self.shared(draft).join(path)))
    }
}

/// Copies a file or a folder with all that is in it, without its permissions: Go lets nobody write to a module.
fn copy(from: &Path, to: &Path) -> Result {
    let named = |error: std::io::Error| format!("{}: {error}", from.display());
    if from.is_dir() {
        let mut entries = std::fs::read_dir(from).map_err(named)?.flatten();
        return entries.try_for_each(|entry| copy(&entry.path(), &to.join(entry.file_name())));
    }
    cache::folder(to.parent().unwrap_or(to))?;
    std::fs::read(from).and_then(|bytes| std::fs::write(to, bytes)).map_err(named)
}
