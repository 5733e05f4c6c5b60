//! Changes of an object step by step, on condition of how it is: JSON patches with tests in them.

use meshery_core::{Error, ErrorKind, ObjectId, Result};
use serde_json::Value;

use super::wire::{Sent, Wire};
use crate::cluster::{Method, Request};

/// What a server says of a patch that does not apply, without any word of which step it was.
const UNMET: &str = "the server rejected our request due to an error in our request";

/// Changes an object.
///
/// # Errors
/// [`Conflict`](ErrorKind::Conflict) if it is not any more as the steps say that it is.
pub(in crate::lifecycle) async fn change(
    wire: &Wire,
    path: &str,
    manager: &str,
    steps: &[Value],
    id: &ObjectId,
) -> Result<Sent> {
    let request = Request::new(Method::Patch, path).query("fieldManager", manager);
    let request = request.body("application/json-patch+json", serde_json::to_vec(steps)?);
    wire.send(request, id).await?.accepted().map_err(|error| {
        if error.report().message.contains(UNMET) {
            Error::new(ErrorKind::Conflict, "it has changed meanwhile").because(error)
        } else {
            error
        }
    })
}
