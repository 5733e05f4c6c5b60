//! Whether anybody would serve the pods: asked before anything is changed.

use meshery_core::lifecycle::{DataPlane, OptIn};
use meshery_core::{Error, ErrorKind, Object, Result};

use super::look::Outlook;
use crate::lifecycle::engine::{probe, status};
use crate::lifecycle::enrolment::described;
use crate::lifecycle::run::wire::Wire;

/// # Errors
/// [`CheckFailed`](ErrorKind::CheckFailed) where no pod would be served.
pub(super) async fn check(wire: &Wire, outlook: &Outlook) -> Result<()> {
    match &outlook.aim.data_plane {
        Some(DataPlane::Node { .. }) => is_healthy(wire, outlook).await,
        Some(data_plane) => {
            for way in outlook.aim.ways_taken(&outlook.places) {
                injects(wire, outlook, data_plane, way).await?;
            }
            Ok(())
        }
        None => Ok(()),
    }
}

/// What is on the nodes takes traffic of pods only when it is ready.
async fn is_healthy(wire: &Wire, outlook: &Outlook) -> Result<()> {
    let Some(stored) = &outlook.stored else { return Ok(()) };
    let status = status::status(wire, &outlook.spec.instance, &outlook.discovery, stored).await?;
    let unready = status.objects.iter().filter(|(_, health)| !health.is_ready());
    let error = Error::new(ErrorKind::CheckFailed, "no pod would be served: the instance is not ready").at("instance");
    let error = unready.take(10).fold(error, |error, (id, health)| error.with(id.to_string(), health.to_string()));
    if status.healthy { Ok(()) } else { Err(error) }
}

/// A pod that asks in this way gets the proxy of this instance.
async fn injects(wire: &Wire, outlook: &Outlook, data_plane: &DataPlane, way: &[OptIn]) -> Result<()> {
    let failed = || {
        let asked: Vec<String> = way.iter().map(OptIn::to_string).collect();
        let words = format!("no pod would be served: nobody answers a pod that asks by {}", asked.join(" and "));
        Error::new(ErrorKind::CheckFailed, words).at("instance").expected("a pod with the proxy of the instance")
    };
    let pod: Object = match probe::pod_that_asks(wire, way).await.flatten() {
        Ok(pod) => pod,
        Err(error) if is_of_the_way(&error) => return Err(error),
        Err(error) => return Err(failed().found(error.to_string()).because(error)),
    };
    if data_plane.serves(&pod) { Ok(()) } else { Err(failed().found(described(&outlook.aim, &pod))) }
}

/// Whether it is the way to the server that has failed, and says nothing of who would serve a pod.
fn is_of_the_way(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Busy | ErrorKind::Cancelled | ErrorKind::Unreachable)
}
