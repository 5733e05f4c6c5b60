//! Data that lies beside the repository, here and in CI, and is never copied into it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::explicit_write,
    reason = "shared by several test programs, and past the harness"
)]

use std::io::{Write, stderr};
use std::path::{Path, PathBuf};

/// A folder of the data.
pub fn data(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(folder);
    there(path, "the shared data lies beside the repository")
}

/// What `cargo xtask testbed` fetches and builds, and `cargo xtask test` names.
pub fn fetched(what: &str) -> Option<PathBuf> {
    let testbed = PathBuf::from(std::env::var_os("MESHERY_TESTBED").unwrap_or_default());
    there(testbed.join(what), "`cargo xtask test` fetches it, and says where by MESHERY_TESTBED")
}

/// A file or folder. Without it a test fails in CI, and says elsewhere that it was skipped, and how to get it.
pub fn there(path: PathBuf, how: &str) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    skipped(&format!("{} is not there: {how}", path.display()));
    None
}

/// In CI nothing may be skipped.
pub fn skipped(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Not by `eprintln!`, which the test harness keeps to itself.
    writeln!(stderr(), "SKIPPED {test}: {why}").unwrap();
}
