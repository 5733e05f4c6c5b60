//! Where things are.

use std::path::{Path, PathBuf};

/// The folder that holds all crates.
pub(crate) fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Where everything that is built or fetched goes.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |given| root().join(given))
}

#[cfg(test)]
mod tests {
    use std::fs::{read_dir, read_to_string};
    use std::path::PathBuf;

    use super::root;

    /// The tests of a crate are one program, and a file that it does not name is never run.
    #[test]
    #[allow(clippy::unwrap_used, reason = "a test")]
    fn every_file_of_tests_is_run() {
        let folders = read_dir(root()).unwrap().flatten().map(|entry| entry.path().join("tests"));
        let inner = |folder: PathBuf| {
            let entries = read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
            entries.filter(|path| path.join("main.rs").exists()).chain([folder]).collect::<Vec<_>>()
        };
        let mut forgotten = Vec::new();
        for folder in folders.flat_map(inner) {
            let Ok(program) = read_to_string(folder.join("main.rs")) else { continue };
            let manifest = read_to_string(folder.join("../Cargo.toml")).unwrap_or_default();
            for file in read_dir(&folder).unwrap().flatten() {
                let path = file.path();
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                let is_code = path.extension().is_some_and(|it| it == "rs") || path.join("mod.rs").exists();
                let is_named = name == "main" || program.contains(&format!("mod {name};"));
                if is_code && !is_named && !manifest.contains(&format!("name = \"{name}\"")) {
                    forgotten.push(path);
                }
            }
        }
        assert!(forgotten.is_empty(), "not named in main.rs: {forgotten:?}");
    }
}
