//! Data that lies beside the repository, here and in CI, and is never copied into it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::explicit_write,
    reason = "shared by several test programs, and past the harness"
)]

use std::io::{Write, stderr};
use std::path::{Path, PathBuf};

/// A folder of the data. Without it a test cannot pass in CI; elsewhere it says that nothing was tested.
pub fn data(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    // Not by `eprintln!`, which the test harness keeps to itself.
    writeln!(stderr(), "SKIPPED a test on shared data: put it at {} to check against it", path.display()).unwrap();
    None
}

/// What `cargo xtask testbed` fetches and builds, and `cargo xtask test` names. Without it a test cannot pass in CI.
pub fn fetched(what: &str) -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os("MESHERY_TESTBED").unwrap_or_default()).join(what);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing: see MESHERY_TESTBED", path.display());
    writeln!(stderr(), "SKIPPED a test on {what}: `cargo xtask test` fetches it").unwrap();
    None
}
