//! The Gateway API, whose conditions each speak of a generation.

use meshery_core::{Health, Object};
use serde_json::Value;

use super::{Rule, condition};

const GROUP: &str = "gateway.networking.k8s.io";

pub(super) const GATEWAY: Rule = Rule { group: GROUP, kind: "Gateway", judge: gateway };
pub(super) const GATEWAY_CLASS: Rule = Rule { group: GROUP, kind: "GatewayClass", judge: class };
pub(super) const GRPC_ROUTE: Rule = Rule { group: GROUP, kind: "GRPCRoute", judge: route };
pub(super) const HTTP_ROUTE: Rule = Rule { group: GROUP, kind: "HTTPRoute", judge: route };

fn class(object: &Object) -> Health {
    current(object, object.items("/status/conditions"), "Accepted", "it")
}

fn gateway(object: &Object) -> Health {
    let conditions = object.items("/status/conditions");
    let accepted = current(object, conditions, "Accepted", "it");
    if accepted.is_ready() { current(object, conditions, "Programmed", "it") } else { accepted }
}

/// A route is ready once every parent that it names has taken it, and what it refers to is there.
fn route(object: &Object) -> Health {
    let (wanted, parents) = (object.items("/spec/parentRefs").len(), object.items("/status/parents"));
    if parents.len() < wanted {
        return Health::progressing(format!("{} of {wanted} parents have looked at it", parents.len()));
    }
    let mut healths = parents.iter().flat_map(|parent| {
        let name = parent.pointer("/parentRef/name").and_then(Value::as_str).unwrap_or("a parent");
        let conditions = parent["conditions"].as_array().map_or(&[][..], Vec::as_slice);
        ["Accepted", "ResolvedRefs"].map(|kind| current(object, conditions, kind, name))
    });
    healths.find(|health| !health.is_ready()).unwrap_or(Health::Ready)
}

/// A condition that holds, and speaks of the generation that is wanted.
fn current(object: &Object, conditions: &[Value], kind: &str, by: &str) -> Health {
    let generation = object.get("/metadata/generation").and_then(Value::as_i64).unwrap_or(0);
    let spoken = conditions.iter().find(|condition| condition["type"] == kind);
    let old = spoken.and_then(|condition| condition["observedGeneration"].as_i64()).is_some_and(|of| of < generation);
    match condition::find_in(conditions, kind) {
        None => Health::progressing(format!("{by}: nobody has said yet whether it is {kind}")),
        Some(_) if old => Health::progressing(format!("{by}: whether it is {kind} was said of an older generation")),
        Some(condition) if condition.holds() => Health::Ready,
        Some(condition) => Health::progressing(format!("{by}: not {kind}: {}", condition.words())),
    }
}
