//! The real Envoy that tests run against.
#![allow(unreachable_pub, clippy::explicit_write, reason = "shared by several test programs, and past the harness")]

use std::io::Write;
use std::path::{Path, PathBuf};

/// The Envoy named by `MESHERY_ENVOY`, or the one that `cargo xtask setup` fetches. Without one a test fails in CI, and
/// says elsewhere that it was skipped: straight to standard error, since the test harness would swallow a mere print.
pub fn find() -> Option<PathBuf> {
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/envoy/bin/envoy");
    let path = std::env::var_os("MESHERY_ENVOY").map_or(fetched, PathBuf::from);
    if path.is_file() {
        return Some(path.canonicalize().unwrap());
    }
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let how = "`cargo xtask setup` fetches one, or name yours in MESHERY_ENVOY";
    assert!(std::env::var_os("CI").is_none(), "{test}: no Envoy at {}: {how}", path.display());
    writeln!(std::io::stderr(), "SKIPPED {test}: no Envoy at {}: {how}", path.display()).unwrap();
    None
}
