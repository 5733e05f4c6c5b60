//! What adds kinds to a server.

use meshery_core::{Health, Object};

use super::{Rule, condition};

pub(super) const DEFINITION: Rule =
    Rule { group: "apiextensions.k8s.io", kind: "CustomResourceDefinition", judge: definition };
pub(super) const SERVICE: Rule = Rule { group: "apiregistration.k8s.io", kind: "APIService", judge: service };

fn definition(object: &Object) -> Health {
    if let Some(names) = condition::find(object, "NamesAccepted").filter(|names| names.status == "False") {
        return Health::failed(format!("its names are taken: {}", names.words()));
    }
    if let Some(schema) = condition::find(object, "NonStructuralSchema").filter(condition::Condition::holds) {
        return Health::failed(format!("its schema cannot be served: {}", schema.words()));
    }
    condition::wants(object, "Established")
}

/// Stricter than kstatus, which does not look: an API that is not available holds up discovery and every namespace that
/// is to be deleted.
fn service(object: &Object) -> Health {
    condition::wants(object, "Available")
}
