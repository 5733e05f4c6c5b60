//! What is wrong with every object by the definition of its kind, once for all rules.

use std::sync::Arc;

use meshery_core::resource::{Resource, Value};
use meshery_core::world::{View, World};

use super::catalogue::{Catalogue, Known};
use super::model::Schema;
use super::walk::{Violation, Walk};

/// What every object has, whatever its definition says.
const COMMON: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// What is wrong with every object.
pub(in crate::analyze) struct Conformance {
    /// Objects with what is wrong with them.
    pub(in crate::analyze) violations: Vec<(Arc<Resource>, Vec<Violation>)>,
    /// Objects of a version of their kind that is not known, with those that are.
    pub(in crate::analyze) versions: Vec<(Arc<Resource>, Vec<String>)>,
}

impl View for Conformance {
    fn of(world: &World) -> Self {
        let catalogue = world.view::<Catalogue>();
        let (mut violations, mut versions) = (Vec::new(), Vec::new());
        for resource in world.all() {
            match catalogue.known(resource) {
                Known::Nothing => {}
                Known::Versions(known) => versions.push((Arc::clone(resource), known)),
                Known::Schema(schema) => {
                    let found = check(&catalogue, resource, &schema);
                    if !found.is_empty() {
                        violations.push((Arc::clone(resource), found));
                    }
                }
            }
        }
        Self { violations, versions }
    }
}

fn check(catalogue: &Catalogue, resource: &Resource, schema: &Schema) -> Vec<Violation> {
    let mut walk = Walk { catalogue, found: Vec::new() };
    walk.check_object(&resource.root, schema);
    let metadata = resource.root.get("metadata").filter(|metadata| metadata.value != Value::Null);
    if let (Some(schema), Some(metadata)) = (Catalogue::metadata(), metadata) {
        walk.check(metadata, schema);
    }
    walk.found
}

/// Whether a field is one that every object has.
pub(super) fn is_common(name: &str) -> bool {
    COMMON.contains(&name)
}
