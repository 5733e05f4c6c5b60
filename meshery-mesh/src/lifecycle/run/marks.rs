//! What is done to the marks on an object, and to pods so that they are made anew.

use meshery_core::{Error, ErrorKind, Object, Result};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::one::{Mode, apply, conflict, contested};
use super::steps;
use super::wire::Wire;
use crate::cluster::{Api, Method, Request};
use crate::lifecycle::enrolment::{MANAGER, Marking};

/// What has the pods of a workload made anew by being another one, as kubectl does it.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// Writes marks, and takes away what goes; how the object is then.
///
/// # Errors
/// [`Conflict`](ErrorKind::Conflict) for what somebody has taken meanwhile who is not overruled.
pub(in crate::lifecycle) async fn mark(
    wire: &Wire,
    api: &Api,
    marking: &Marking,
    overruled: &[String],
) -> Result<Object> {
    let id = marking.object.id();
    let mut now = marking.object.clone();
    if let Some(object) = marking.applied()? {
        // What we ask for first takes hold before what others have asked for goes.
        now = insist(wire, api, marking, &object, overruled).await.map_err(|error| error.at(id.to_string()))?;
    }
    let steps = marking.taken();
    if steps.is_empty() {
        return Ok(now);
    }
    let path = api.path(id.namespace.as_deref(), Some(&id.name));
    match steps::change(wire, &path, MANAGER, &steps, &id).await {
        Ok(sent) => sent.json(),
        // The only question in it is whether the marks still say what they said.
        Err(error) if error.kind() == ErrorKind::Conflict => {
            Err(Error::new(ErrorKind::Conflict, "its marks have changed meanwhile").because(error).at(id.to_string()))
        }
        Err(error) => Err(error.at(id.to_string())),
    }
}

/// Applies until it is taken, or refused for a reason that does not pass.
async fn insist(wire: &Wire, api: &Api, marking: &Marking, object: &Object, overruled: &[String]) -> Result<Object> {
    let (id, uid) = (marking.object.id(), marking.object.uid());
    let (mut mode, mut tries) = (Mode { dry: false, force: marking.overrules() }, 0);
    loop {
        tries += 1;
        let error = match wire.send(apply(api, object, uid, MANAGER, mode)?, &id).await?.accepted() {
            Ok(sent) => return sent.json(),
            Err(error) => error,
        };
        let contested = contested(&error);
        if !contested.is_empty() {
            if !contested.iter().all(|(manager, _)| overruled.contains(manager)) {
                return Err(conflict(&contested));
            }
            mode.force = true;
            continue;
        }
        let may_pass = error.kind() == ErrorKind::Conflict;
        if !(may_pass && wire.rest_in_spite_of(tries, &error, &id).await) {
            return Err(error);
        }
    }
}

/// Has the pods of a workload made anew, at a time by the server's clock in seconds since 1970.
pub(in crate::lifecycle) async fn restart(wire: &Wire, api: &Api, workload: &Object, now: u64) -> Result<Object> {
    let id = workload.id();
    let part = json!({
        "metadata": { "uid": workload.uid() },
        "spec": { "template": { "metadata": { "annotations": { RESTARTED_AT: stamp(workload, now)? } } } },
    });
    let request = Request::new(Method::Patch, api.path(id.namespace.as_deref(), Some(&id.name)));
    let request = request.query("fieldManager", MANAGER);
    let request = request.body("application/merge-patch+json", serde_json::to_vec(&part)?);
    wire.send(request, &id).await?.accepted().and_then(|sent| sent.json()).map_err(|error| error.at(id.to_string()))
}

/// The time as text, and another one than is there: twice in the same second are two restarts as well.
fn stamp(workload: &Object, now: u64) -> Result<String> {
    let annotations = workload.get("/spec/template/metadata/annotations");
    let last = annotations.and_then(|all| all.get(RESTARTED_AT)).and_then(Value::as_str);
    let text = |seconds: u64| {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        let time = OffsetDateTime::from_unix_timestamp(seconds).map(|time| time.format(&Rfc3339));
        let odd = |words: String| Error::new(ErrorKind::Internal, format!("the server's clock: {words}"));
        time.map_err(|error| odd(error.to_string()))?.map_err(|error| odd(error.to_string()))
    };
    let first = text(now)?;
    if last == Some(first.as_str()) { text(now + 1) } else { Ok(first) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_restarts_in_one_second_are_two() {
        let workload = |annotations: Value| {
            let template = json!({ "metadata": { "annotations": annotations } });
            let object = json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "cart" }, "spec": { "template": template },
            });
            Object::new(object).unwrap()
        };
        let first = stamp(&workload(json!({})), 1_786_000_000).unwrap();
        assert_eq!(first, "2026-08-06T07:06:40Z");
        assert_eq!(stamp(&workload(json!({ RESTARTED_AT: first })), 1_786_000_000).unwrap(), "2026-08-06T07:06:41Z");
    }
}
