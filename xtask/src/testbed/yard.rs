//! Where Go works while sets are built: caches of gigabytes that are deleted afterwards.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::cache;
use crate::golang;
use crate::shell::{Result, answer, run_quietly};

/// One builder at a time has it.
pub(super) struct Yard {
    home: PathBuf,
    lock: File,
}

/// How long to wait before each try of fetching: a network may fail for a moment.
const PAUSES: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4)];
/// How much of what Go complains is shown: without a network it does so about each module.
const LINES: usize = 12;

impl Yard {
    /// Enters it, after whoever is in it now.
    pub(super) fn enter(cache: &Path) -> Result<Self> {
        cache::folder(cache)?;
        let place = cache.join("lock");
        let named = |error: std::io::Error| format!("{}: {error}", place.display());
        let lock = File::options().create(true).append(true).open(&place).map_err(named)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(named(error)),
            Err(TryLockError::WouldBlock) => {
                println!("testbed: waiting for another build to end");
                lock.lock().map_err(named)?;
            }
        }
        let yard = Self { home: cache.join("go"), lock };
        cache::sweep(cache)?;
        cache::clear(&yard.temporary())?;
        cache::folder(&yard.temporary())?;
        Ok(yard)
    }

    /// Leaves nothing of it.
    pub(super) fn raze(self) -> Result {
        cache::clear(&self.home)
    }

    /// A Go that works here for the module in a folder.
    pub(super) fn go(&self, module: &Path) -> Result<Command> {
        let mut go = golang::go(module)?;
        go.env("CGO_ENABLED", "0").env("GOCACHE", self.home.join("build")).env("GOTMPDIR", self.temporary());
        let modules = answer(golang::go(module)?.args(["env", "GOMODCACHE"]))?;
        if modules.is_empty() || !is_writable(Path::new(&modules)) {
            // Otherwise even its owner could not delete it without further ado.
            go.env("GOFLAGS", format!("{} -modcacherw", golang::FLAGS));
            go.env("GOPATH", self.home.join("path")).env("GOMODCACHE", self.home.join("modules"));
        }
        // The lock is held until the last one ends that was handed it, so also by a Go that has lost its parent.
        go.stdin(self.lock.try_clone().map_err(|error| format!("{}: {error}", self.home.display()))?);
        Ok(go)
    }

    /// Fetches all modules that one needs.
    pub(super) fn fetch(&self, module: &Path) -> Result {
        let mut fetched = Ok(());
        for pause in PAUSES {
            thread::sleep(pause);
            fetched = run_quietly(self.go(module)?.args(["mod", "download"]));
            if fetched.is_ok() {
                break;
            }
        }
        fetched.map_err(|error| error.lines().take(LINES).collect::<Vec<_>>().join("\n"))
    }

    /// What Go links in, large enough to be cleared away after a killed build.
    fn temporary(&self) -> PathBuf {
        self.home.join("tmp")
    }
}

fn is_writable(folder: &Path) -> bool {
    let probe = folder.join(format!(".meshery-{}", std::process::id()));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&probe, ""));
    written.and_then(|()| std::fs::remove_file(&probe)).is_ok()
}
