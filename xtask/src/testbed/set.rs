//! A set of programs that are built from one module, and what is known of it before.

use std::path::{Path, PathBuf};

use super::build;
use super::cache::fingerprint;
use crate::shell::{Result, read};
use crate::{golang, workspace};

/// A program of a set.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) package: &'static str,
    /// What it says its version by.
    pub(super) version: &'static [&'static str],
}

impl Program {
    /// What Go calls it: the last part of its package that is no version.
    pub(super) fn built(&self) -> &'static str {
        let is_version = |part: &&str| part.strip_prefix('v').is_some_and(|rest| rest.parse::<u32>().is_ok());
        self.package.rsplit('/').find(|part| !is_version(part)).unwrap_or(self.name)
    }
}

/// What is built, kept and replaced together.
pub(super) struct Set {
    /// Its folder below `xtask/testbed/`, which pins all that it is built from.
    pub(super) name: &'static str,
    /// The module that its programs are from.
    pub(super) module: &'static str,
    pub(super) programs: &'static [Program],
    /// The build tags, comma-separated.
    pub(super) tags: &'static str,
    /// What the linker writes into them; `{version}`, `{major}` and `{minor}` are the module's.
    pub(super) stamps: &'static [&'static str],
    /// What is copied out of the module's own folder.
    pub(super) share: &'static [&'static str],
    /// Whether a folder of envtest's stands in for it.
    pub(super) is_in_envtest: bool,
}

impl Set {
    /// Where it is once it is built, named by all that it is built from.
    pub(super) fn home(&self, cache: &Path) -> Result<PathBuf> {
        let pinned = self.pinned();
        let (module, sums) = (read(&pinned.join("go.mod"))?, read(&pinned.join("go.sum"))?);
        let platform = [std::env::consts::OS, std::env::consts::ARCH];
        let linker = self.linker()?;
        let texts = [&module, &sums, golang::FLAGS, build::COMPILER, self.tags, &linker].into_iter().chain(platform);
        let programs = self.programs.iter().flat_map(|program| [program.name, program.package]);
        let name = fingerprint(texts.chain(programs).chain(self.share.iter().copied()));
        Ok(cache.join(format!("{}-{name}", self.name)))
    }

    /// Whether nothing of it is missing.
    pub(super) fn is_built(&self, cache: &Path) -> Result<bool> {
        let home = self.home(cache)?;
        let programs = self.programs.iter().map(|program| home.join("bin").join(program.name));
        let shared = self.share.iter().map(|path| self.shared(&home).join(path));
        Ok(programs.chain(shared).all(|path| path.exists()))
    }

    /// Where the copies out of its module are, below a folder.
    pub(super) fn shared(&self, home: &Path) -> PathBuf {
        home.join("share").join(self.name)
    }

    /// The module that pins it.
    pub(super) fn pinned(&self) -> PathBuf {
        workspace::root().join("xtask/testbed").join(self.name)
    }

    /// What the linker is told: no symbols, and the version, which clients of a server want to know.
    pub(super) fn linker(&self) -> Result<String> {
        let (version, pinned) = (self.version()?, self.pinned());
        let mut numbers = version.trim_start_matches('v').split('.');
        let mut number = || numbers.next().ok_or_else(|| format!("{}: {version} is no version", pinned.display()));
        let (major, minor) = (number()?, number()?);
        let written = |stamp: &&str| stamp.replace("{version}", &version).replace("{major}", major);
        let stamps = self.stamps.iter().map(|stamp| format!(" -X {}", written(stamp).replace("{minor}", minor)));
        Ok(std::iter::once("-s -w".into()).chain(stamps).collect())
    }

    /// The version of its module.
    pub(super) fn version(&self) -> Result<String> {
        let place = self.pinned().join("go.mod");
        let module = read(&place)?;
        let lines = module.lines().map(|line| line.trim_start().trim_start_matches("require "));
        let mut words = lines.map(|line| line.split_whitespace());
        let found = words.find_map(|mut words| (words.next() == Some(self.module)).then(|| words.next())?);
        found.map(Into::into).ok_or_else(|| format!("{}: nothing about {}", place.display(), self.module))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sets::SETS;
    use crate::shell::read;

    #[test]
    fn every_program_is_a_tool_of_the_module_that_pins_it() {
        for set in &SETS {
            let module = read(&set.pinned().join("go.mod")).unwrap();
            let tools: Vec<&str> = module.lines().map(|line| line.trim().trim_start_matches("tool ")).collect();
            assert!(set.programs.iter().all(|program| tools.contains(&program.package)), "{}", set.name);
        }
    }

    #[test]
    fn programs_are_stamped_with_what_their_module_pins() {
        for set in &SETS {
            let linker = set.linker().unwrap();
            assert!(linker.starts_with("-s -w") && !linker.contains('{'), "{linker}");
            assert!(set.stamps.is_empty() || linker.contains(&set.version().unwrap()) || set.name == "istio");
        }
        let kubernetes = SETS.iter().find(|set| set.name == "kubernetes").unwrap();
        assert!(kubernetes.linker().unwrap().contains("component-base/version.gitMajor=1 "));
    }
}
