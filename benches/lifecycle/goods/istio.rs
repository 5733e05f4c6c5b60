//! Istio's charts `base` and `istiod`, rendered once.

use std::process::Command;

use meshery_core::lifecycle::Source;
use meshery_core::{InstanceSpec, MeshId};
use meshery_mesh::control_plane::testbed;
use meshery_mesh::providers::PROVIDERS;
use serde_json::{Value, json};

use super::{Goods, MANIFEST, Release};
use crate::bed::Bed;
use crate::client::helm;
use crate::folder::Folder;
use crate::{Result, process};

const NAMESPACE: &str = "istio-system";

/// With these values for `istiod`.
pub(crate) fn goods(bed: &Bed, values: &Value) -> Result<Goods> {
    let (folder, spec) = (Folder::new()?, spec(values)?);
    let istio = PROVIDERS.iter().find(|mesh| mesh.info().id == MeshId::from("istio")).and_then(|mesh| mesh.cluster());
    let sources = istio.ok_or("the mesh istio is not known")?.sources(&spec)?;
    let (mut manifest, mut releases) = (String::new(), Vec::new());
    for (name, source) in ["istio-base", "istiod"].into_iter().zip(sources) {
        let Source::Chart(chart) = source else { return Err(format!("{name}: not a chart").into()) };
        let values = folder.write(&format!("{name}.json"), &json!(chart.values).to_string())?;
        let release = Release { name, chart: chart.chart.into(), values };
        manifest += &rendered(bed, &folder, &release)?;
        releases.push(release);
    }
    folder.write(MANIFEST, &manifest)?;
    Goods::of(bed, folder, spec, NAMESPACE, releases)
}

fn spec(values: &Value) -> Result<InstanceSpec> {
    let testbed = testbed().ok_or("there is no testbed: cargo xtask testbed builds it")?;
    let mut spec = InstanceSpec::new("istio", NAMESPACE, vec![]);
    // What is known of Istio holds for this install as for any other: what it leaves behind is looked for.
    spec.mesh = Some(MeshId::from("istio"));
    spec.settings.insert("charts".into(), json!(testbed.join("share/istio/manifests/charts")));
    spec.settings.insert("values".into(), values.clone());
    Ok(spec)
}

/// A chart as Helm renders it for this control plane.
fn rendered(bed: &Bed, folder: &Folder, release: &Release) -> Result<String> {
    let mut command = Command::new(helm::program()?);
    command.env_clear().env("HOME", folder.path());
    command.args(["template", release.name, "--namespace", NAMESPACE, "--kube-version", bed.plane.version()]);
    Ok(process::run({
        command.arg(&release.chart).arg("--values").arg(&release.values);
        command
    })?
    .output)
}
