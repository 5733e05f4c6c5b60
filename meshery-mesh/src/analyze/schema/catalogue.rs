//! The schemas that there are: of the definitions among the objects, and of the tables.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};
use regex::Regex;

use super::cel::Programs;
use super::convert::json;
use super::model::Schema;
use super::tables::Tables;
use crate::analyze::kinds::DEFINITION;

/// What every object has: its metadata.
const METADATA: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// The schemas of a kind by its versions.
type Versions = BTreeMap<Arc<str>, Arc<Schema>>;

/// The schemas that there are.
pub(super) struct Catalogue {
    /// Of definitions among the objects, by group, kind and version.
    own: BTreeMap<(Arc<str>, Arc<str>), Versions>,
    patterns: Mutex<HashMap<Arc<str>, Option<Regex>>>,
    pub(super) programs: Programs,
}

/// What is known of the kind of an object.
pub(super) enum Known {
    /// What it must be like.
    Schema(Arc<Schema>),
    /// Nothing of this version, but of these.
    Versions(Vec<String>),
    /// Nothing at all.
    Nothing,
}

impl View for Catalogue {
    fn of(world: &World) -> Self {
        let mut own: BTreeMap<_, Versions> = BTreeMap::new();
        for definition in world.of(DEFINITION) {
            let text = |path: &[&str]| definition.text(path).map(Arc::<str>::from);
            let (Some(group), Some(kind)) = (text(&["spec", "group"]), text(&["spec", "names", "kind"])) else {
                continue;
            };
            let versions = own.entry((group, kind)).or_default();
            versions.extend(definition.items(&["spec", "versions"]).iter().filter_map(version));
        }
        Self { own, patterns: Mutex::default(), programs: Programs::default() }
    }
}

/// A version of a definition that is served, with its schema.
fn version(node: &Node) -> Option<(Arc<str>, Arc<Schema>)> {
    let is_served = node.get("served").and_then(Node::as_bool) != Some(false);
    let schema = node.at(&["schema", "openAPIV3Schema"]).filter(|_| is_served)?;
    Some((node.get("name").and_then(Node::as_str)?.into(), Arc::new(Schema::read(&json(schema)))))
}

impl Catalogue {
    /// What is known of the kind of an object.
    pub(super) fn known(&self, resource: &Resource) -> Known {
        let (group, kind, version) = (resource.group(), &*resource.kind, resource.version());
        if let Some(versions) = self.own.get(&(group.into(), kind.into())) {
            return match versions.get(version) {
                Some(schema) => Known::Schema(Arc::clone(schema)),
                None => Known::Versions(versions.keys().map(ToString::to_string).collect()),
            };
        }
        let tables = Tables::get();
        let rows = tables.rows(group, kind);
        match Tables::schema(rows, version) {
            Some(schema) => Known::Schema(Arc::clone(schema)),
            None if rows.is_empty() => Known::Nothing,
            None => Known::Versions(rows.iter().map(|row| row.version.to_owned()).collect()),
        }
    }

    /// What a schema refers to, or itself.
    pub(super) fn resolved(schema: &Schema) -> &Schema {
        // A definition that refers to another one alone does so once.
        let definition = schema.reference.as_deref().and_then(|name| Tables::get().definition(name));
        definition.map_or(schema, |schema| schema)
    }

    /// The schema of metadata.
    pub(super) fn metadata() -> Option<&'static Schema> {
        Tables::get().definition(METADATA).map(|schema| &**schema)
    }

    /// A pattern, compiled once. `None` for what is none.
    pub(super) fn pattern(&self, pattern: &Arc<str>) -> Option<Regex> {
        let mut patterns = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        patterns.entry(Arc::clone(pattern)).or_insert_with(|| Regex::new(pattern).ok()).clone()
    }
}
