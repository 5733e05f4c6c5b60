//! kubectl.

use std::path::PathBuf;

use super::{Client, Verb};

/// Where `cargo xtask bench` has put it.
const PROGRAM: &str = "MESHERY_KUBECTL";

pub(crate) const CLIENT: Client = Client {
    name: "kubectl",
    agent: "kubectl/",
    commands: |site, goods, verb| {
        let missing = || format!("{PROGRAM} is not set: cargo xtask bench does it");
        let program = PathBuf::from(std::env::var_os(PROGRAM).ok_or_else(missing)?);
        let mut kubectl = site.program(&program);
        match verb {
            Verb::Install | Verb::Update => kubectl.args(["apply", "--server-side"]),
            Verb::Remove => kubectl.args(["delete", "--wait=true"]),
        };
        kubectl.arg("--filename").arg(&goods.manifest);
        Ok(vec![kubectl])
    },
};
