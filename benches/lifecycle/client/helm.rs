//! Helm: one release a chart.

use std::path::PathBuf;
use std::process::Command;

use super::{Client, Site, Verb};
use crate::Result;
use crate::goods::{Goods, Release};

pub(crate) const CLIENT: Client = Client {
    name: "helm",
    agent: "Helm/",
    commands: |site, goods, verb| {
        let mut commands: Vec<Command> =
            goods.releases.iter().map(|release| command(site, goods, release, verb)).collect::<Result<_>>()?;
        if verb == Verb::Remove {
            commands.reverse();
        }
        Ok(commands)
    },
};

/// The one of the testbed.
pub(crate) fn program() -> Result<PathBuf> {
    let testbed = meshery_mesh::control_plane::testbed().ok_or("there is no testbed: cargo xtask testbed builds it")?;
    Ok(testbed.join("bin/helm"))
}

fn command(site: &Site<'_>, goods: &Goods, release: &Release, verb: Verb) -> Result<Command> {
    let mut helm = site.program(&program()?);
    let word = match verb {
        Verb::Install => "install",
        Verb::Update => "upgrade",
        Verb::Remove => "uninstall",
    };
    helm.args([word, release.name, "--namespace", goods.namespace]);
    if verb == Verb::Remove {
        helm.arg("--wait");
    } else {
        helm.arg(&release.chart).arg("--values").arg(&release.values);
    }
    Ok(helm)
}
