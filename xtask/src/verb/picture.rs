//! `picture`: a report as the README shows it.

use super::{Verb, no_options};
use crate::shell::{Result, cargo, run};
use crate::{chromium, envoy, workspace};

pub(super) const VERB: Verb = Verb {
    name: "picture",
    options: "",
    does: "make a campaign and take the README's picture of its report",
    run: picture,
};

fn picture(options: &[String]) -> Result {
    no_options(options)?;
    envoy::obtain()?;
    run(&mut cargo(&["build", "--release", "--package", "meshery-examples", "--bin", "campaign"]))?;
    let out = workspace::target().join("picture");
    // A journal of before would be gone on with.
    match std::fs::remove_dir_all(&out) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(format!("{}: {error}", out.display()));
        }
        _ => {}
    }
    let mut campaign = std::process::Command::new(workspace::target().join("release/campaign"));
    run(campaign.arg("--out").arg(&out).arg("--envoy").arg(envoy::path()).args(["--rounds", "10"]))?;
    chromium::picture(&out.join("report.html"), 1560, &workspace::root().join("examples/campaign/report.png"))
}
