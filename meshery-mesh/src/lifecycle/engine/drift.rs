//! What is no longer as it was applied.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::lifecycle::{Drift, DriftKind, OperationKind};
use meshery_core::{Object, OperationOptions, Result};

use super::known::Known;
use super::lore::Lore;
use super::prepare::spec_of;
use crate::cluster::Request;
use crate::lifecycle::desired::{Desired, OldApis};
use crate::lifecycle::observe::{Look, observe, scopes};
use crate::lifecycle::planner::{Answer, Wish, ownership, suspects};
use crate::lifecycle::run::one::{self, Question};
use crate::lifecycle::run::wire::Wire;
use crate::lifecycle::{applyset, differ};
use crate::providers::Registry;

/// Compares what is remembered with what there is: one request a kind, and two for each object that has been written to.
pub(super) async fn drift(
    wire: &Wire,
    name: &str,
    options: &OperationOptions,
    meshes: &Registry,
) -> Result<Vec<Drift>> {
    let Known { discovery, store, stored, .. } = Known::read(wire, name, options).await?;
    let contents = store.contents(wire, &stored).await?;
    let state = &stored.state;
    let Some(current) = state.current() else { return Ok(Vec::new()) };
    let spec = spec_of(name, state, Some(current));
    let (manager, runtime) =
        (spec.field_manager(), ownership::runtime_owners(&Lore::of(&spec, meshes).facts.runtime_owners));
    let desired = Desired::of(
        state.objects(current, &contents)?,
        &discovery,
        &spec,
        options.create_namespaces,
        OldApis::Replace,
    )?;
    let ids: BTreeSet<_> = desired.objects.iter().map(Object::id).collect();
    let (live, _) = observe(wire, scopes(ids.iter(), &discovery, Look::Once)).await?;
    let (set, empty, none, nowhere) = (store.set(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let wish = Wish {
        spec: &spec,
        kind: OperationKind::Upgrade,
        options,
        set: &set,
        manager: &manager,
        desired: &desired,
        live: &live,
        state,
        contents: &contents,
        runtime: &runtime,
        answers: &empty,
        dependents: &[],
        inhabited: &none,
        apis: &nowhere,
    };
    let suspects: BTreeSet<_> = suspects(&wish).into_iter().collect();
    let mut found = Vec::new();
    for object in &desired.objects {
        let id = object.id();
        let bare = |kind| Drift { object: id.clone(), kind, fields: vec![], managers: vec![] };
        match live.get(&id) {
            None => found.push(bare(DriftKind::Missing)),
            Some(seen)
                if applyset::of(seen) != Some(&set)
                    && !state.entries.get(&id).is_some_and(|entry| entry.is_borrowed) =>
            {
                found.push(bare(DriftKind::Replaced));
            }
            Some(seen) if suspects.contains(&id) => found.extend(compare(wire, &wish, object, seen).await?),
            Some(_) => {}
        }
    }
    Ok(found)
}

/// What an object is, beside what it would be if it were applied again over everybody.
async fn compare(wire: &Wire, wish: &Wish<'_>, object: &Object, seen: &Object) -> Result<Option<Drift>> {
    let (id, api) = (object.id(), &wish.desired.apis[&object.id().kind]);
    let yields = ownership::yields(seen, wish.manager, wish.runtime);
    let wanted = wish.sent(object.clone(), &yields);
    let question = Question { api, object: &wanted, live: seen, force: true };
    let Answer::Becomes(new) = one::ask(wire, wish.manager, &question).await? else { return Ok(None) };
    let path = api.path(id.namespace.as_deref(), Some(&id.name));
    let old: Object = wire.send(Request::get(path), &id).await?.accepted()?.json()?;
    let fields = differ::shown_fields(&old, &new, &wish.state.salt);
    let others = ownership::others(&old, wish.manager);
    let managers = others.into_iter().map(|owner| owner.manager).collect::<BTreeSet<_>>().into_iter().collect();
    Ok(Some(Drift { object: id, kind: DriftKind::Changed, fields, managers }))
}
