//! What is wrong with every object by the definition of its kind, once for all rules.

use std::cell::LazyCell;
use std::sync::Arc;

use meshery_core::resource::{Resource, Value};
use meshery_core::world::{View, World};

use super::catalogue::{Catalogue, Known};
use super::cel::Judge;
use super::validation;
use super::walk::{Violation, Walk};
use crate::analyze::kinds::SECRET;
use crate::analyze::parallel;

/// What every object has, whatever its definition says.
const COMMON: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// How many objects one thread takes at a time.
const AT_A_TIME: usize = 128;

/// What is wrong with objects.
pub(in crate::analyze) struct Conformance {
    catalogue: Arc<Catalogue>,
    /// What came of the objects that are not well, in no order.
    checked: Vec<(Arc<Resource>, Arc<Checked>)>,
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
        let all = world.all();
        let change = world.change(&[]);
        let before = before.filter(|before| Arc::ptr_eq(&before.catalogue, &catalogue));
        let unknown = if before.is_some() { change.fresh() } else { all };
        let chunks: Vec<&[Arc<Resource>]> = unknown.chunks(AT_A_TIME).collect();
        let checked = parallel::map(&chunks, |resources| {
            let judge = LazyCell::new(|| Judge::new(&catalogue.programs));
            let check = |it: &Arc<Resource>| Some((Arc::clone(it), Arc::new(check(&catalogue, &judge, it)?)));
            resources.iter().filter_map(check).collect::<Vec<_>>()
        });
        let known = before.into_iter().flat_map(|before| &before.checked);
        let known = known.filter(|(object, _)| !change.is_gone(object)).cloned();
        Self { checked: known.chain(checked.into_iter().flatten()).collect(), catalogue }
    }

    /// Every object with which something is wrong, or of which nobody can say whether it is, and what came of it.
    pub(in crate::analyze) fn all(&self) -> impl Iterator<Item = (&Arc<Resource>, &Checked)> {
        self.checked.iter().map(|(resource, checked)| (resource, &**checked))
    }
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
    // What its definition says of a place is enough.
    let refused: Vec<Violation> = validation::check(resource);
    let refused =
        refused.into_iter().filter(|it| walk.found.iter().all(|other| other.span != it.span)).collect::<Vec<_>>();
    walk.found.extend(refused);
    let is_well = walk.found.is_empty() && walk.unknown.is_empty();
    (!is_well).then(|| Checked { violations: walk.found, unknown: walk.unknown, ..Checked::default() })
}

/// Whether a field is one that every object has.
pub(super) fn is_common(name: &str) -> bool {
    COMMON.contains(&name)
}
