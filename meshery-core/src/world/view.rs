//! What is derived from objects once and shared by many rules.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::World;
use crate::object::GroupKind;

/// Something that is derived from objects, such as the hosts that a mesh knows. It owns what it holds, so that it can be
/// kept when objects of other kinds change.
///
/// ```
/// use meshery_core::resource::Kind;
/// use meshery_core::world::{Settings, View, World};
///
/// struct Namespaces(Vec<String>);
/// impl View for Namespaces {
///     fn of(world: &World) -> Self {
///         Self(world.of(Kind::new("", "Namespace")).iter().map(|namespace| namespace.name.to_string()).collect())
///     }
/// }
/// let world = World::new(vec![], Settings::default());
/// assert!(world.view::<Namespaces>().0.is_empty());
/// ```
pub trait View: Any + Send + Sync {
    /// Derives it.
    fn of(world: &World) -> Self;

    /// Derives it anew from what has changed since it was derived before, in the world that this one comes after: what was
    /// derived from one object alone, as long as that object is the very same, need not be derived again. Which ones are
    /// not, [`World::change`] tells.
    fn after(world: &World, before: &Self) -> Self
    where
        Self: Sized,
    {
        let _ = before;
        Self::of(world)
    }
}

type Reads = Arc<BTreeSet<GroupKind>>;

/// A view, and from which kinds it was derived.
#[derive(Clone)]
struct Kept {
    view: Arc<dyn Any + Send + Sync>,
    reads: Reads,
}

/// Views that were derived, or are being derived.
#[derive(Default)]
pub(super) struct Views(Mutex<BTreeMap<TypeId, Arc<Cell>>>);

/// A place for a view.
#[derive(Default)]
struct Cell {
    kept: OnceLock<Kept>,
    /// What it was in the world before, if something has changed since.
    before: Option<Arc<dyn Any + Send + Sync>>,
}

impl Views {
    /// The view, derived now unless it was before. Who asks while it is being derived waits.
    pub(super) fn get<V: View>(&self, derive: impl Fn(Option<Arc<V>>) -> (V, BTreeSet<GroupKind>)) -> (Arc<V>, Reads) {
        // Bound first: the lock must be free again when the view asks for others.
        let cell = Arc::clone(self.cells().entry(TypeId::of::<V>()).or_default());
        let kept = cell.kept.get_or_init(|| {
            let before = cell.before.clone().and_then(|before| Arc::downcast(before).ok());
            let (view, reads) = derive(before);
            Kept { view: Arc::new(view), reads: Arc::new(reads) }
        });
        let view = Arc::downcast(Arc::clone(&kept.view));
        // What is kept under a type is of that type.
        (view.unwrap_or_else(|_| Arc::new(derive(None).0)), Arc::clone(&kept.reads))
    }

    /// Those that were derived from none of these kinds; all others are remembered as they were in this world.
    pub(super) fn without(&self, changed: &BTreeSet<GroupKind>) -> Self {
        let all = GroupKind::new("*", "*");
        let stays = |kept: &Kept| !kept.reads.contains(&all) && kept.reads.is_disjoint(changed);
        let next = |cell: &Cell| match cell.kept.get() {
            Some(kept) if stays(kept) => Some(Cell { kept: OnceLock::from(kept.clone()), before: None }),
            Some(kept) => Some(Cell { kept: OnceLock::new(), before: Some(Arc::clone(&kept.view)) }),
            // What was known longer ago is of a world since which more has changed than the next one can tell.
            None => None,
        };
        let cells = self.cells();
        Self(Mutex::new(cells.iter().filter_map(|(id, cell)| Some((*id, Arc::new(next(cell)?)))).collect()))
    }

    fn cells(&self) -> std::sync::MutexGuard<'_, BTreeMap<TypeId, Arc<Cell>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} views", self.cells().len())
    }
}
