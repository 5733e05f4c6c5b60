//! What others wait for to be given: addresses and volumes.

use meshery_core::{Health, Object};

use super::Rule;

pub(super) const CLAIM: Rule = Rule { group: "", kind: "PersistentVolumeClaim", judge: claim };
pub(super) const SERVICE: Rule = Rule { group: "", kind: "Service", judge: service };

/// A claim that waits for its first user is as far as it gets without one, but nobody can tell from the claim alone.
fn claim(object: &Object) -> Health {
    match object.text("/status/phase") {
        "Bound" => Health::Ready,
        "Lost" => Health::failed("the volume is lost"),
        phase => {
            Health::progressing(format!("the volume is {}", if phase.is_empty() { "not there yet" } else { phase }))
        }
    }
}

/// An address inside the cluster is there at once. One outside may never come, on a cluster that gives none: it is not
/// waited for.
fn service(object: &Object) -> Health {
    let external = object.text("/spec/type") == "ExternalName";
    let addressed = external || !object.text("/spec/clusterIP").is_empty();
    if addressed { Health::Ready } else { Health::progressing("it has no address yet") }
}
