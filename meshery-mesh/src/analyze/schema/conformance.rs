//! What is wrong with every object by the definition of its kind, once for all rules.

use std::cell::LazyCell;
use std::collections::HashMap;
use std::sync::Arc;

use meshery_core::resource::{Resource, Value};
use meshery_core::world::{View, World};

use super::catalogue::{Catalogue, Known};
use super::cel::Judge;
use super::walk::{Violation, Walk};
use crate::analyze::kinds::SECRET;
use crate::analyze::parallel;

/// What every object has, whatever its definition says.
const COMMON: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// How many objects one thread takes at a time.
const AT_A_TIME: usize = 128;

/// What is wrong with every object.
pub(in crate::analyze) struct Conformance {
    catalogue: Arc<Catalogue>,
    /// What came of every object, and where it is among them by where it is in memory: as long as it is held here, nothing
    /// else is there.
    checked: Vec<(Arc<Resource>, Arc<Checked>)>,
    places: HashMap<usize, usize>,
}

/// What came of an object.
#[derive(Default)]
pub(in crate::analyze) struct Checked {
    /// What is wrong with it.
    pub(in crate::analyze) violations: Vec<Violation>,
    /// The versions of its kind that are known, where its own is not.
    pub(in crate::analyze) versions: Vec<String>,
    /// Rules of its definition of which nobody can say here whether they hold, and why.
    pub(in crate::analyze) unknown: Vec<(Arc<str>, String)>,
}

impl View for Conformance {
    fn of(world: &World) -> Self {
        Self::derive(world, None)
    }

    fn after(world: &World, before: &Self) -> Self {
        Self::derive(world, Some(before))
    }
}

impl Conformance {
    fn derive(world: &World, before: Option<&Self>) -> Self {
        let catalogue = world.view::<Catalogue>();
        let before = before.filter(|before| Arc::ptr_eq(&before.catalogue, &catalogue));
        let nothing = Arc::new(Checked::default());
        let chunks: Vec<&[Arc<Resource>]> = world.all().chunks(AT_A_TIME).collect();
        let checked = parallel::map(&chunks, |resources| {
            let judge = LazyCell::new(|| Judge::new(&catalogue.programs));
            let check = |resource: &Arc<Resource>| {
                let known = before.and_then(|before| before.get(resource)).cloned();
                known
                    .or_else(|| check(&catalogue, &judge, resource).map(Arc::new))
                    .unwrap_or_else(|| Arc::clone(&nothing))
            };
            resources.iter().map(check).collect::<Vec<_>>()
        });
        let checked: Vec<_> = world.all().iter().cloned().zip(checked.into_iter().flatten()).collect();
        let places = checked.iter().enumerate().map(|(place, (resource, _))| (address(resource), place)).collect();
        Self { catalogue, checked, places }
    }

    fn get(&self, resource: &Arc<Resource>) -> Option<&Arc<Checked>> {
        self.checked.get(*self.places.get(&address(resource))?).map(|(_, checked)| checked)
    }

    /// Every object, and what came of it.
    pub(in crate::analyze) fn all(&self) -> impl Iterator<Item = (&Arc<Resource>, &Checked)> {
        self.checked.iter().map(|(resource, checked)| (resource, &**checked))
    }
}

fn address(resource: &Arc<Resource>) -> usize {
    Arc::as_ptr(resource).addr()
}

/// What is wrong with an object; none for one with which nothing is.
fn check(catalogue: &Catalogue, judge: &Judge<'_>, resource: &Resource) -> Option<Checked> {
    let schema = match catalogue.known(resource) {
        Known::Nothing => return None,
        Known::Versions(versions) => return Some(Checked { versions, ..Checked::default() }),
        Known::Schema(schema) => schema,
    };
    let is_secret = resource.kind() == SECRET;
    let mut walk = Walk { catalogue, judge: Some(judge), found: Vec::new(), unknown: Vec::new(), is_secret };
    walk.check_object(&resource.root, &schema);
    let metadata = resource.root.get("metadata").filter(|metadata| metadata.value != Value::Null);
    if let (Some(schema), Some(metadata)) = (Catalogue::metadata(), metadata) {
        walk.check(metadata, schema);
    }
    let is_well = walk.found.is_empty() && walk.unknown.is_empty();
    (!is_well).then(|| Checked { violations: walk.found, unknown: walk.unknown, ..Checked::default() })
}

/// Whether a field is one that every object has.
pub(super) fn is_common(name: &str) -> bool {
    COMMON.contains(&name)
}
