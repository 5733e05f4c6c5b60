//! Where that stays which takes minutes to build: outside the source tree, for all of a user's checkouts.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::shell::Result;

/// The testbed's folder of the cache.
pub(super) fn root() -> Result<PathBuf> {
    root_of(|name| std::env::var_os(name))
}

fn root_of(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
    let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if path("MESHERY_CACHE").is_some_and(|given| given.is_relative()) {
        return Err("MESHERY_CACHE must be an absolute path: tests run in folders of their own".into());
    }
    // A relative one counts as none, says its specification.
    let shared = || path("XDG_CACHE_HOME").filter(|given| given.is_absolute()).map(|given| given.join("meshery"));
    let home = || path("HOME").map(|home| home.join(".cache/meshery"));
    let found = path("MESHERY_CACHE").or_else(shared).or_else(home).map(|cache| cache.join("testbed"));
    found.ok_or_else(|| "needed: a folder for what is built only once, in MESHERY_CACHE, or HOME set".into())
}

/// What everything is named by that is made from some texts: FNV-1a, which is the same in every release of Rust.
pub(super) fn fingerprint<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    // No text holds the byte that ends it, so that no two lists of texts run into the same bytes.
    let text = |hash: u64, text: &str| text.as_bytes().iter().chain(&[0xff]).fold(hash, step);
    format!("{:016x}", texts.into_iter().fold(0xcbf2_9ce4_8422_2325, text))
}

/// How the name of a folder begins that is still being filled.
const DRAFT: &str = ".draft-";

/// Fills a folder, which is there only once it is complete: a killed build leaves a draft.
pub(super) fn place(home: &Path, fill: impl FnOnce(&Path) -> Result) -> Result {
    let name = home.file_name().unwrap_or_default().to_string_lossy();
    let draft = home.with_file_name(format!("{DRAFT}{name}"));
    clear(&draft)?;
    // Somebody may have deleted a part of what was there.
    let filled =
        folder(&draft).and_then(|()| fill(&draft)).and_then(|()| clear(home)).and_then(|()| rename(&draft, home));
    filled.inspect_err(|_| drop(clear(&draft)))
}

/// Deletes the drafts of killed builds.
pub(super) fn sweep(cache: &Path) -> Result {
    let entries = std::fs::read_dir(cache).map_err(|error| format!("{}: {error}", cache.display()))?;
    let mut drafts = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(DRAFT));
    drafts.try_for_each(|draft| clear(&draft.path()))
}

/// Deletes a folder or a file, if it is there.
pub(super) fn clear(path: &Path) -> Result {
    let is_folder = path.symlink_metadata().is_ok_and(|found| found.is_dir());
    let cleared = if is_folder { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match cleared {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(format!("{}: {error}", path.display())),
        _ => Ok(()),
    }
}

/// Makes a symbolic link that takes the place of an older one in one step.
pub(super) fn link(target: &Path, path: &Path) -> Result {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!("{DRAFT}{name}"));
    clear(&draft)?;
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(target, &draft);
    #[cfg(not(unix))]
    let linked = Err::<(), _>(std::io::Error::new(ErrorKind::Unsupported, format!("no link to {}", target.display())));
    linked.map_err(|error| format!("{}: {error}", draft.display()))?;
    rename(&draft, path)
}

/// Makes a folder, and those that it is in.
pub(super) fn folder(path: &Path) -> Result {
    std::fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn rename(from: &Path, to: &Path) -> Result {
    std::fs::rename(from, to).map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_where_a_user_wants_it() {
        let root = |given: &[(&str, &str)]| {
            root_of(|name| given.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
        };
        let all = [("MESHERY_CACHE", "/m"), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(root(&all).unwrap(), Path::new("/m/testbed"));
        assert_eq!(root(&all[1..]).unwrap(), Path::new("/x/meshery/testbed"));
        assert_eq!(root(&[("XDG_CACHE_HOME", "x"), all[2]]).unwrap(), Path::new("/h/.cache/meshery/testbed"));
        assert_eq!(root(&[("MESHERY_CACHE", ""), all[2]]).unwrap(), Path::new("/h/.cache/meshery/testbed"));
        assert!(root(&[("MESHERY_CACHE", "m"), all[2]]).unwrap_err().contains("absolute"));
        assert!(root(&[]).unwrap_err().contains("HOME"));
    }

    #[test]
    fn fingerprints_stay_and_tell_lists_apart() {
        // The known value of FNV-1a for the one byte 0xff: an empty text and its end.
        assert_eq!(fingerprint([""]), "af64724c8602eb6e");
        assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
        assert_ne!(fingerprint(["a"]), fingerprint(["a", ""]));
    }
}
