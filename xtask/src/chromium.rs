//! A real browser, to look at reports with: the one on the `PATH`, or Debian's.

use std::path::Path;
use std::process::Stdio;

use crate::shell::{Result, program, run_quietly};

/// The names that it goes by.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Installs it, unless it is there. It has too many libraries to be unpacked like the others, so this needs root.
pub(crate) fn obtain() -> Result {
    if NAMES.iter().any(|name| is_there(name)) {
        return Ok(());
    }
    println!("chromium: installing Debian's package");
    let install = || {
        let packages = ["install", "--quiet", "--yes", "--no-install-recommends", "chromium"];
        run_quietly(program("apt-get").args(packages).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    // A new machine may have no list of packages yet.
    install()
        .or_else(|_| run_quietly(program("apt-get").args(["update", "--quiet"])).and_then(|()| install()))
        .map_err(|error| format!("{error}\nneeded: a Chromium on the PATH (Debian: apt install chromium)"))
}

/// Takes a picture of the upper part of a page, which is a file.
pub(crate) fn picture(page: &Path, height: u32, to: &Path) -> Result {
    obtain()?;
    let name = NAMES.iter().find(|name| is_there(name)).ok_or("no Chromium on the PATH")?;
    let profile = crate::workspace::target().join("chromium");
    let mut browser = program(name);
    browser.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--hide-scrollbars",
    ]);
    browser.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    browser.arg(format!("--user-data-dir={}", profile.display())).arg(format!("--window-size=1180,{height}"));
    browser.arg(format!("--screenshot={}", to.display())).arg(format!("file://{}", page.display()));
    run_quietly(&mut browser)
}

fn is_there(name: &str) -> bool {
    let mut browser = program(name);
    browser.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}
