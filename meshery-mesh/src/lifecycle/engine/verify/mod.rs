//! Whether a mesh does what it promises: asked of the server, and through it of the mesh's own parts. Nothing is left
//! behind.
//!
//! | module | holds |
//! |---|---|
//! | `answer` | what a running part says of itself |
//! | `certificates` | whether certificates are good, and for how long |
//! | `denied` | whether bad configuration is refused |
//! | `injected` | whether pods get proxies |

mod answer;
mod certificates;
mod denied;
mod injected;

use meshery_core::lifecycle::{ClusterCheck, ClusterProbe, InstanceStatus};
use meshery_core::{CheckOutcome, InstanceSpec, Result};

use super::known::Known;
use super::lore;
use crate::lifecycle::run::wire::Wire;
use crate::providers::Registry;

/// What is looked at.
pub(super) struct Scene<'a> {
    pub(super) wire: &'a Wire,
    pub(super) known: &'a Known,
    pub(super) status: &'a InstanceStatus,
    /// What the instance was made from.
    pub(super) spec: &'a InstanceSpec,
    pub(super) meshes: &'a Registry,
}

/// Whether a check has passed, and what shows it.
type Finding = (bool, String);

/// Makes every check.
pub(super) async fn verify(scene: &Scene<'_>) -> Result<Vec<CheckOutcome>> {
    let mut outcomes = Vec::new();
    for ClusterCheck { name, claim, probe } in lore::checks(scene.spec, scene.meshes) {
        let (passed, evidence) = match &probe {
            ClusterProbe::Answers { service, port, path, says } => scene.answers(service, *port, path, says).await?,
            ClusterProbe::Certificates => scene.certificates().await?,
            ClusterProbe::Denied { object, control } => scene.denied(object, control).await?,
            ClusterProbe::Injected { opt_ins, container } => injected::injected(scene.wire, opt_ins, container).await?,
            ClusterProbe::Ready => ready(scene.status),
            other => (false, format!("this meshery knows no such probe: {other:?}")),
        };
        outcomes.push(CheckOutcome { name, claim, passed, evidence });
    }
    Ok(outcomes)
}

fn ready(status: &InstanceStatus) -> Finding {
    let unready: Vec<_> = status.objects.iter().filter(|(_, health)| !health.is_ready()).collect();
    match unready.first() {
        None => (status.healthy, format!("{} objects are there and ready", status.objects.len())),
        Some((id, health)) => (false, format!("{} objects are not ready, among them {id}: {health}", unready.len())),
    }
}
