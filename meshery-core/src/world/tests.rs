use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::resource::{File, Node, Span, Value};

pub(super) const POD: Kind<'_> = Kind::new("", "Pod");
const SERVICE: Kind<'_> = Kind::new("", "Service");
const GATEWAY: Kind<'_> = Kind::new("networking.istio.io", "Gateway");
const OTHER_GATEWAY: Kind<'_> = Kind::new("gateway.networking.k8s.io", "Gateway");

pub(super) fn object(kind: Kind<'_>, namespace: Option<&str>, name: &str) -> Arc<Resource> {
    let api_version = if kind.group.is_empty() { "v1".into() } else { format!("{}/v1", kind.group).into() };
    Arc::new(Resource {
        file: Arc::new(File::new("a.yaml", "")),
        cluster: None,
        api_version,
        kind: kind.name.into(),
        namespace: namespace.map(Into::into),
        name: name.into(),
        root: Node { value: Value::Null, span: Span::default() },
    })
}

fn world() -> World {
    let objects = vec![
        object(POD, Some("shop"), "b"),
        object(POD, Some("shop"), "a"),
        object(POD, None, "c"),
        object(GATEWAY, Some("shop"), "edge"),
        object(OTHER_GATEWAY, Some("edge"), "edge"),
    ];
    World::new(objects, Settings::default())
}

fn names(resources: &[Arc<Resource>]) -> Vec<&str> {
    resources.iter().map(|resource| &*resource.name).collect()
}

#[test]
fn objects_are_found_by_kind_namespace_and_name() {
    let world = world();
    assert_eq!(names(world.of(POD)), ["c", "a", "b"], "sorted by namespace, of which the default one is first here");
    assert_eq!(names(world.within(POD, "shop")), ["a", "b"]);
    assert_eq!(names(world.within(POD, "")), ["c"], "no namespace is the default one");
    assert!(world.get(POD, "default", "c").is_some() && world.get(POD, "shop", "c").is_none());
    assert_eq!(names(world.of(GATEWAY)), ["edge"], "groups are told apart");
    assert!(world.of(SERVICE).is_empty() && world.within(SERVICE, "shop").is_empty());
}

#[test]
fn what_is_read_is_remembered_by_each_clone() {
    let world = world();
    let clone = world.clone();
    let _ = (world.of(POD), world.get(SERVICE, "shop", "a"));
    assert_eq!(world.reads(), [GroupKind::new("", "Pod"), GroupKind::new("", "Service")].into());
    assert!(clone.reads().is_empty());
    clone.all();
    assert!(clone.reads().contains(&GroupKind::new("*", "*")));
}

static DERIVED: AtomicUsize = AtomicUsize::new(0);

struct Pods(usize);

impl View for Pods {
    fn of(world: &World) -> Self {
        DERIVED.fetch_add(1, Ordering::SeqCst);
        Self(world.of(POD).len())
    }
}

struct Doubled(usize);

impl View for Doubled {
    fn of(world: &World) -> Self {
        Self(world.view::<Pods>().0 * 2)
    }
}

#[test]
fn views_are_derived_once_and_kept_until_what_they_were_derived_from_changes() {
    let before = world();
    assert_eq!((before.view::<Doubled>().0, before.view::<Pods>().0), (6, 3));
    assert_eq!(DERIVED.load(Ordering::SeqCst), 1);
    assert_eq!(before.reads(), [GroupKind::new("", "Pod")].into(), "through a view as well");

    let more = vec![object(SERVICE, None, "a")];
    let same = before.with(more.clone(), &[GroupKind::new("", "Service")].into());
    assert_eq!(same.view::<Doubled>().0, 6, "kept, for no pod is said to have changed");
    assert_eq!(DERIVED.load(Ordering::SeqCst), 1);

    let changed = before.with(more, &[GroupKind::new("", "Pod")].into());
    assert_eq!(changed.view::<Doubled>().0, 0);
    assert_eq!(DERIVED.load(Ordering::SeqCst), 2);
}

#[test]
fn a_closed_world_covers_what_is_not_there() {
    let open = world();
    assert!(open.covers(POD, "shop") && !open.covers(SERVICE, "shop") && !open.covers(POD, "elsewhere"));
    let closed = World::new(vec![], Settings { closed: true, ..Settings::default() });
    assert!(closed.covers(SERVICE, "shop"));
}

fn pods_changed() -> BTreeSet<GroupKind> {
    [GroupKind::new("", "Pod")].into()
}

/// Which Services are looked at, and what of: of each the pods of its namespace and, if it is called `far`, of `bank`.
fn looked_at(world: &World) -> Vec<String> {
    let looked = Mutex::new(Vec::new());
    let nearby = world.nearby(&[POD]);
    nearby.each(&[SERVICE], |service, reach| {
        if &*service.name == "far" {
            reach.add("bank");
        }
        if &*service.name == "wide" {
            reach.add_all();
        }
        let pods = nearby.within(POD, service.namespace_or_default());
        looked.lock().unwrap().push(format!("{} {}", service.name, pods.len()));
        None
    });
    looked.into_inner().unwrap()
}

#[test]
fn who_looks_nearby_looks_again_only_where_something_has_changed() {
    let services = ["near", "far", "wide"].map(|name| object(SERVICE, Some("shop"), name));
    let all = |pods: &[Arc<Resource>]| services.iter().chain(pods).cloned().collect::<Vec<_>>();
    let first = World::new(all(&[]), Settings::default());
    assert_eq!(looked_at(&first), ["far 0", "near 0", "wide 0"]);
    assert_eq!(first.reads(), BTreeSet::new(), "what is near is no reading of everything");
    let kinds: Vec<String> = first.memory().kinds().map(ToString::to_string).collect();
    assert_eq!(kinds, ["Service", "Pod"]);

    let pod = object(POD, Some("shop"), "a");
    let in_shop = first.with(all(&[Arc::clone(&pod)]), &pods_changed()).recalling(first.memory());
    assert_eq!(looked_at(&in_shop), ["far 1", "near 1", "wide 1"]);
    let banks = [Arc::clone(&pod), object(POD, Some("bank"), "b")];
    let in_bank = in_shop.with(all(&banks), &pods_changed()).recalling(in_shop.memory());
    assert_eq!(looked_at(&in_bank), ["far 1", "wide 1"]);
    let others = [pod, banks[1].clone(), object(POD, Some("elsewhere"), "c")];
    let elsewhere = in_bank.with(all(&others), &pods_changed()).recalling(in_bank.memory());
    assert_eq!(looked_at(&elsewhere), ["wide 1"]);
    let gone = elsewhere.with(all(&[]), &pods_changed()).recalling(elsewhere.memory());
    assert_eq!(looked_at(&gone), ["far 0", "near 0", "wide 0"]);
    let fewer = gone.with(vec![Arc::clone(&services[0])], &[GroupKind::new("", "Service")].into());
    assert_eq!(looked_at(&fewer.recalling(gone.memory())), Vec::<String>::new());
}

#[test]
fn within_another_look_what_is_near_is_read_as_a_whole() {
    let world = world();
    world.each(GATEWAY, |_| {
        looked_at(&world);
        None
    });
    assert!(world.reads().is_superset(&[GroupKind::new("", "Service")].into()));
}

#[test]
fn shelves_are_sorted_whatever_is_added() {
    let (b, twin) = (object(POD, Some("shop"), "b"), object(POD, Some("shop"), "b"));
    let others = ["c", "a", "d"].map(|name| object(POD, Some("shop"), name));
    let before = World::new(vec![Arc::clone(&others[0]), Arc::clone(&b)], Settings::default());
    let more: Vec<Arc<Resource>> = others.iter().chain([&b]).cloned().collect();
    assert_eq!(names(before.with(more, &pods_changed()).of(POD)), ["a", "b", "c", "d"]);
    for order in [[&twin, &b], [&b, &twin]] {
        let world = before.with(order.map(Arc::clone).to_vec(), &pods_changed());
        assert!(world.of(POD).iter().zip(order).all(|(one, other)| Arc::ptr_eq(one, other)), "as they were read");
    }
}
