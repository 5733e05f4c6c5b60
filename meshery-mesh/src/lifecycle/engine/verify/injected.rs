//! Whether pods get proxies: those that ask, and no others.

use meshery_core::Result;
use meshery_core::lifecycle::OptIn;

use super::Finding;
use crate::lifecycle::engine::probe;
use crate::lifecycle::run::wire::Wire;

/// Whether a pod that asks by all of these comes back with this container, and one that does not comes back without.
pub(super) async fn injected(wire: &Wire, way: &[OptIn], container: &str) -> Result<Finding> {
    let (with, without) = match (probe::pod_that_asks(wire, way).await?, probe::pod_that_asks(wire, &[]).await?) {
        (Ok(with), Ok(without)) => (with, without),
        (Err(error), _) => return Ok((false, format!("a pod that asks is refused: {error}"))),
        (_, Err(error)) => return Ok((false, format!("a pod that does not ask is refused: {error}"))),
    };
    let (inside, outside) = (probe::containers(&with), probe::containers(&without));
    Ok(match (inside.contains(&container), outside.contains(&container)) {
        (true, false) => (true, format!("a pod comes back with {}", inside.join(", "))),
        (false, _) => (false, format!("a pod comes back with {} alone", inside.join(", "))),
        (true, true) => (false, format!("{container} is also put into a pod that did not ask for it")),
    })
}
