//! Folders for what must be a file, that go with their owner.

use std::fs::{self, DirBuilder, File};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use meshery_core::{Error, Result};
#[cfg(unix)]
use rustix::fs::{FlockOperation, flock};

/// What every folder's name begins with.
const PREFIX: &str = "meshery-";
/// The file that the owner holds locked as long as it lives.
const LOCK: &str = "lock";

/// A folder in the system's temporary one, that only its user can read. Dropping it removes it with all that is in it.
/// One whose owner was killed is removed by the next: nobody holds its lock any more.
pub(crate) struct Folder {
    path: PathBuf,
    /// Held for as long as this lives; nobody has to read it.
    #[allow(dead_code, reason = "what counts is that it is open")]
    lock_held: File,
}

impl Folder {
    pub(crate) fn new() -> Result<Self> {
        let home = std::env::temp_dir();
        sweep(&home);
        let path = home.join(format!("{PREFIX}{:016x}", RandomState::new().hash_one(())));
        let make = || {
            let mut builder = DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(&path)?;
            let new = path.join("lock.new");
            let lock = File::create(&new)?;
            #[cfg(unix)]
            flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
            // Under its own name only once it is held: a sweep must never find it free.
            fs::rename(new, path.join(LOCK))?;
            Ok(lock)
        };
        let lock = make().map_err(|error: io::Error| Error::from(error).at(path.display().to_string()))?;
        Ok(Self { path, lock_held: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file into it, and says where it is.
    pub(crate) fn write(&self, name: &str, content: &str) -> Result<String> {
        let path = self.path.join(name);
        fs::write(&path, content).map_err(|error| Error::from(error).at(path.display().to_string()))?;
        Ok(path.display().to_string())
    }

    /// Writes a file that may lie in folders below it. One that begins with `#!` can be run.
    pub(crate) fn write_below(&self, name: &str, content: &str) -> Result<()> {
        let path = self.path.join(name);
        let write = || {
            fs::create_dir_all(path.parent().unwrap_or(&self.path))?;
            fs::write(&path, content)?;
            #[cfg(unix)]
            if content.starts_with("#!") {
                fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
            }
            Ok(())
        };
        write().map_err(|error: io::Error| Error::from(error).at(path.display().to_string()))
    }

    /// Where a file of that name is, or will be.
    pub(crate) fn file(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what killed owners left. What cannot be read or removed is somebody else's.
fn sweep(home: &Path) {
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        let named_so = entry.file_name().to_str().is_some_and(|name| name.strip_prefix(PREFIX).is_some_and(is_random));
        if named_so && is_abandoned(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_random(name: &str) -> bool {
    name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(unix)]
pub(crate) fn is_abandoned(folder: &Path) -> bool {
    // A folder without a lock is just being made.
    File::open(folder.join(LOCK)).is_ok_and(|lock| flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok())
}

#[cfg(not(unix))]
pub(crate) fn is_abandoned(_folder: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_its_owner_and_not_before() {
        let folder = Folder::new().unwrap();
        let path = folder.path().to_owned();
        let file = folder.write("file", "content").unwrap();
        drop(Folder::new().unwrap());
        assert_eq!(fs::read_to_string(&file).unwrap(), "content", "another owner's sweep leaves it alone");
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    #[cfg(unix)]
    fn a_script_below_it_can_be_run() {
        let folder = Folder::new().unwrap();
        folder.write_below("bin/hello", "#!/bin/sh\nexit 7\n").unwrap();
        folder.write_below("bin/plain", "text").unwrap();
        let mut hello = std::process::Command::new(folder.file("bin/hello"));
        assert_eq!(hello.status().unwrap().code(), Some(7));
        assert!(!crate::process::find::is_executable(&folder.path().join("bin/plain")));
    }

    #[test]
    #[cfg(unix)]
    fn what_a_killed_owner_left_is_swept() {
        let folder = Folder::new().unwrap();
        let path = folder.path().to_owned();
        // As the kernel does with the locks of a process that it has killed.
        flock(&folder.lock_held, FlockOperation::Unlock).unwrap();
        std::mem::forget(folder);
        drop(Folder::new().unwrap());
        assert!(!path.exists());
    }
}
