//! What is wanted, what there is, and what has to be done: nothing is changed by it.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::lifecycle::{Advice, ChangePlan, DataPlane, Detection, Enrolment, OperationKind, OptIn};
use meshery_core::{
    EnrolmentSpec, Error, ErrorKind, GroupKind, InstanceSpec, Object, ObjectId, OperationOptions, Result,
};
use tokio::task::JoinSet;

use crate::cluster::{Api, Discovery, Request};
use crate::lifecycle::engine::known::none;
use crate::lifecycle::engine::prepare::{discover, spec_of};
use crate::lifecycle::engine::{detect, lore};
use crate::lifecycle::enrolment::{self, Aim, Draft, KINDS, Needed, Place, Words, controller};
use crate::lifecycle::inventory::store::{Read, Store, Stored};
use crate::lifecycle::run::list::{metadata, whole};
use crate::lifecycle::run::panicked;
use crate::lifecycle::run::wire::Wire;
use crate::providers::Registry;

/// All that is known before anything is done.
pub(super) struct Outlook {
    pub(super) spec: EnrolmentSpec,
    pub(super) kind: OperationKind,
    pub(super) aim: Arc<Aim>,
    pub(super) places: Vec<Place>,
    pub(super) draft: Draft,
    pub(super) plan: ChangePlan,
    pub(super) store: Store,
    pub(super) stored: Option<Stored>,
    /// When it was read, by the server's clock, in seconds since 1970.
    pub(super) now: u64,
    pub(super) discovery: Discovery,
}

pub(super) async fn look(
    wire: &Wire,
    kind: OperationKind,
    spec: &EnrolmentSpec,
    options: &OperationOptions,
    meshes: &Registry,
) -> Result<Outlook> {
    spec.check()?;
    let store = Store::new(&spec.instance, &options.inventory_namespace);
    let (discovery, read) = tokio::join!(discover(wire), store.read(wire));
    let (discovery, Read { now, stored }) = (discovery?, read?);
    let instance = instance(kind, spec, stored.as_ref())?;
    let (mesh, others) = lore::words(&instance, meshes);
    let mesh = mesh.ok_or_else(|| nothing_known(&instance))?;
    let (aim, mut kinds) = match kind {
        OperationKind::Withdraw => (Aim::withdraw(spec, &mesh, &others)?, BTreeSet::new()),
        _ => aim(wire, &discovery, spec, (&mesh, &others)).await?,
    };
    let places = places(wire, &discovery, spec, options).await?;
    let draft = enrolment::draft(&aim, &places, &options.overrule)?;
    let mut plan = ChangePlan::new(&spec.instance, kind);
    plan.to_version.clone_from(&instance.version);
    plan.changes.clone_from(&draft.changes);
    plan.advice = counsel(wire, &draft, meshes).await?;
    if matches!(aim.data_plane, Some(DataPlane::Node { .. })) {
        // Whether they are ready is looked at first.
        kinds.extend(stored.iter().flat_map(|stored| stored.state.entries.keys()).map(|id| id.kind.clone()));
    }
    let needed = Needed {
        discovery: &discovery,
        inventory: stored.is_some().then(|| store.id()),
        namespaces: &spec.namespaces,
        kinds,
        probes: aim.data_plane.as_ref().and_then(DataPlane::container).is_some(),
    };
    plan.permissions = enrolment::permissions(&draft, &needed);
    Ok(Outlook { spec: spec.clone(), kind, aim: Arc::new(aim), places, draft, plan, store, stored, now, discovery })
}

/// The specification of the instance, as far as it is remembered.
fn instance(kind: OperationKind, spec: &EnrolmentSpec, stored: Option<&Stored>) -> Result<InstanceSpec> {
    let Some(stored) = stored else {
        return match &spec.mesh {
            // It has been removed, and what asked for it has not.
            Some(mesh) if kind == OperationKind::Withdraw => {
                let bare = InstanceSpec::new(&spec.instance, "default", vec![]);
                Ok(InstanceSpec { mesh: Some(mesh.clone()), ..bare })
            }
            _ => Err(none(&spec.instance)),
        };
    };
    let current = stored.state.current();
    if current.is_none() && kind == OperationKind::Enrol {
        let words = format!("{} has never been there as a whole", spec.instance);
        return Err(Error::new(ErrorKind::CheckFailed, words)
            .at("instance")
            .expected("an installation that went well"));
    }
    let instance = spec_of(&spec.instance, &stored.state, current);
    if let (Some(given), Some(found)) = (&spec.mesh, &instance.mesh)
        && given != found
    {
        return Err(Error::invalid("mesh", "the instance is another one")
            .expected(found.as_str())
            .found(given.as_str()));
    }
    let own = spec.namespaces.iter().position(|name| *name == instance.namespace);
    match own.filter(|_| kind == OperationKind::Enrol) {
        Some(index) => Err(Error::invalid(format!("namespaces[{index}]"), "the instance itself is in it")
            .expected("another namespace")
            .found(&instance.namespace)),
        None => Ok(instance),
    }
}

fn nothing_known(instance: &InstanceSpec) -> Error {
    let found = instance.mesh.as_ref().map_or("none", |mesh| mesh.as_str());
    Error::new(ErrorKind::Unsupported, format!("it is not known what {} is asked for by", instance.name))
        .at("instance")
        .expected("an instance whose `mesh` is one that is known")
        .found(found)
}

/// What is wanted, and the kinds that had to be looked at for it.
async fn aim(
    wire: &Wire,
    discovery: &Discovery,
    spec: &EnrolmentSpec,
    (mesh, others): (&Words, &[Words]),
) -> Result<(Aim, BTreeSet<GroupKind>)> {
    let (mut aliases, mut kinds): (Vec<OptIn>, _) = (Vec::new(), BTreeSet::new());
    if let Some(Enrolment { aliases: known, .. }) = &mesh.enrolment {
        kinds.extend(known.iter().map(|alias| alias.kind.clone()));
        for kind in &kinds {
            let Some(api) = discovery.preferred(kind) else { continue };
            let objects = metadata(wire, api, None).await?;
            aliases.extend(objects.iter().flat_map(|object| known.iter().filter_map(|alias| alias.of(object))));
        }
    }
    Ok((Aim::enrol(spec, mesh, others, aliases)?, kinds))
}

/// What is in each namespace, sorted by name.
async fn places(
    wire: &Wire,
    discovery: &Discovery,
    spec: &EnrolmentSpec,
    options: &OperationOptions,
) -> Result<Vec<Place>> {
    let names: Vec<(usize, String)> = spec.namespaces.iter().cloned().enumerate().collect();
    let mut places = Vec::new();
    for some in names.chunks(usize::from(options.concurrency.max(1))) {
        let mut tasks = JoinSet::new();
        for (index, name) in some {
            let (index, name) = (*index, name.clone());
            let (wire, apis) = (wire.clone(), [apps(discovery, &KINDS), apps(discovery, &["ReplicaSet"])]);
            tasks.spawn(async move {
                let place = look_into(&wire, &name, &apis).await;
                place.map_err(|error| error.at(format!("namespaces[{index}]")))
            });
        }
        while let Some(place) = tasks.join_next().await {
            places.push(place.map_err(panicked)??);
        }
    }
    places.sort_by(|a, b| a.namespace.name().cmp(b.namespace.name()));
    Ok(places)
}

/// The ways to kinds of workloads.
fn apps(discovery: &Discovery, kinds: &[&str]) -> Vec<Api> {
    kinds.iter().filter_map(|kind| discovery.preferred(&GroupKind::new("apps", *kind))).cloned().collect()
}

async fn look_into(wire: &Wire, name: &str, [apis, sets]: &[Vec<Api>; 2]) -> Result<Place> {
    let id = ObjectId::new("", "Namespace", None, name);
    let path = Api::core("Namespace", "namespaces", false).path(None, Some(name));
    let namespace: Object = wire.send(Request::get(path), &id).await?.accepted()?.json()?;
    if namespace.is_terminating() {
        return Err(Error::new(ErrorKind::Conflict, "it is on its way out")
            .expected("a namespace that stays")
            .found(name));
    }
    let mut workloads = Vec::new();
    for api in apis {
        workloads.extend(whole(wire, api, Some(name), None).await?);
    }
    workloads.sort_by_cached_key(Object::id);
    let mut place = Place { namespace, workloads, pods: Vec::new(), sets: [].into() };
    look_at_pods(wire, &mut place, sets).await?;
    Ok(place)
}

/// The pods that there are in a namespace by now, and whose they are.
async fn look_at_pods(wire: &Wire, place: &mut Place, sets: &[Api]) -> Result<()> {
    let name = place.namespace.name().to_owned();
    place.pods = whole(wire, &Api::core("Pod", "pods", true), Some(&name), None).await?;
    place.pods.sort_by_cached_key(Object::id);
    for api in sets {
        let found = metadata(wire, api, Some(&name)).await?;
        let owner = |set: &Object| Some((set.uid().to_owned(), controller(set)?["uid"].as_str()?.to_owned()));
        place.sets = found.iter().filter_map(owner).collect();
    }
    Ok(())
}

/// All pods of these workloads that are there by now, sorted.
pub(super) async fn pods_of(
    wire: &Wire,
    discovery: &Discovery,
    places: &mut [Place],
    workloads: &BTreeSet<ObjectId>,
) -> Result<Vec<Object>> {
    let mut pods = Vec::new();
    for place in places {
        if !place.workloads.iter().any(|workload| workloads.contains(&workload.id())) {
            continue;
        }
        look_at_pods(wire, place, &apps(discovery, &["ReplicaSet"])).await?;
        pods.extend(known_pods_of(place, workloads));
    }
    Ok(pods)
}

/// The same, of those that have been seen.
pub(super) fn known_pods_of(place: &Place, workloads: &BTreeSet<ObjectId>) -> Vec<Object> {
    let wanted = place.workloads.iter().filter(|workload| workloads.contains(&workload.id()));
    wanted.flat_map(|workload| place.pods_of(workload)).cloned().collect()
}

/// What speaks against it. The cluster is looked at for other meshes only where there is a mark of one.
async fn counsel(wire: &Wire, draft: &Draft, meshes: &Registry) -> Result<Vec<Advice>> {
    let seen = if draft.foreign.is_empty() { Detection::default() } else { detect::detect(wire, meshes).await? };
    Ok(enrolment::advice(draft, &seen))
}
