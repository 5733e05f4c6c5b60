//! Plans from wishes, without a server: what becomes of what, in which order, and that nothing depends on the order in
//! which anything is given.

use meshery_core::{ErrorKind, GroupKind};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::cluster::Discovery;
use crate::lifecycle::desired::OldApis;
use crate::lifecycle::inventory::Entry;
use crate::lifecycle::{applyset, digest};

const MANAGER: &str = "meshery-shop";

fn discovery() -> Discovery {
    let mut discovery = Discovery::default();
    for (group, kind, plural, namespaced) in [
        ("", "ConfigMap", "configmaps", true),
        ("", "Namespace", "namespaces", false),
        ("", "Service", "services", true),
        ("", "ServiceAccount", "serviceaccounts", true),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", false),
        ("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", false),
        ("apps", "Deployment", "deployments", true),
    ] {
        let (group, version) = (group.to_owned(), "v1".to_owned());
        discovery.add(Api { group, version, kind: kind.into(), plural: plural.into(), namespaced });
    }
    discovery
}

fn object(value: Value) -> Object {
    Object::new(value).unwrap()
}

fn config(name: &str, value: &str) -> Object {
    object(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name }, "data": { "a": value } }))
}

/// An account, a workload of it behind a service, a webhook at the service, a definition and a resource of it.
fn shop() -> Vec<Object> {
    let template =
        json!({ "metadata": { "labels": { "app": "a" } }, "spec": { "serviceAccountName": "a", "containers": [] } });
    vec![
        config("a", "1"),
        object(json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "a" } })),
        object(
            json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "a" }, "spec": { "selector": { "app": "a" } } }),
        ),
        object(
            json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "a" }, "spec": { "template": template } }),
        ),
        object(json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": { "name": "a" },
            "webhooks": [{ "name": "a", "clientConfig": { "service": { "namespace": "shop", "name": "a" } } }],
        })),
        object(json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "as.x.io" },
            "spec": { "group": "x.io", "scope": "Namespaced", "names": { "kind": "A", "plural": "as" }, "versions": [{ "name": "v1", "served": true }] },
        })),
        object(json!({ "apiVersion": "x.io/v1", "kind": "A", "metadata": { "name": "a" } })),
    ]
}

/// A cluster on which this was installed, and what the inventory remembers of it.
#[derive(Default)]
struct Ground {
    live: Vec<Object>,
    state: State,
    contents: Contents,
    options: OperationOptions,
}

impl Ground {
    fn with(objects: &[Object]) -> Self {
        let mut ground = Self::default();
        let desired = desired(objects.to_vec());
        let new = ground.state.begin("1", serde_json::Map::new(), desired.written_down().cloned().collect());
        ground.contents = Contents::of(new);
        ground.state.end(meshery_core::lifecycle::RevisionState::Current, 5);
        for object in &desired.objects {
            let live = live(object);
            let entry = Entry {
                api_version: object.api_version().into(),
                uid: live.uid().into(),
                intent: digest::of(object.value()),
                owned: ownership::digest(&live, MANAGER, &[]),
                ..Entry::default()
            };
            ground.state.entries.insert(object.id(), entry);
            ground.live.push(live);
        }
        ground
    }

    fn plan(&self, wanted: Vec<Object>, kind: OperationKind) -> Result<Blueprint> {
        let desired = if kind == OperationKind::Uninstall { Desired::default() } else { desired(wanted) };
        let mut known = discovery();
        for definition in self.live.iter().filter(|object| object.kind() == "CustomResourceDefinition") {
            known.learn(definition);
        }
        let apis = known.kinds().filter_map(|kind| Some((kind.clone(), known.preferred(kind)?.clone()))).collect();
        let spec = InstanceSpec { version: "1".into(), ..InstanceSpec::new("shop", "shop", vec![]) };
        plan(&Wish {
            spec: &spec,
            kind,
            options: &self.options,
            set: "set",
            manager: MANAGER,
            desired: &desired,
            live: &Live::of(&self.live),
            state: &self.state,
            contents: &self.contents,
            runtime: &[],
            answers: &BTreeMap::new(),
            dependents: &[],
            inhabited: &BTreeMap::new(),
            apis: &apis,
        })
    }
}

fn desired(objects: Vec<Object>) -> Desired {
    let spec = InstanceSpec::new("shop", "shop", vec![]);
    Desired::of(objects, &discovery(), &spec, true, OldApis::Refuse).unwrap()
}

/// As a server would show it, written by us.
fn live(object: &Object) -> Object {
    let mut value = object.clone().with_label(applyset::PART_OF, "set").into_value();
    value["metadata"]["uid"] = format!("uid of {}", object.id()).into();
    value["metadata"]["managedFields"] =
        json!([{ "manager": MANAGER, "operation": "Apply", "fieldsV1": { "f:data": { "f:a": {} } } }]);
    Object::new(value).unwrap()
}

fn told(plan: &ChangePlan) -> Vec<String> {
    let word = |action| serde_json::to_value(action).unwrap().as_str().unwrap().to_owned();
    plan.changes.iter().map(|change| format!("{} {}", word(change.action), change.object.kind.kind)).collect()
}

#[test]
fn what_is_needed_comes_first() {
    let blueprint = Ground::default().plan(shop(), OperationKind::Install).unwrap();
    let told = told(&blueprint.plan);
    let place = |kind: &str| {
        told.iter().position(|line| line == &format!("create {kind}")).unwrap_or_else(|| panic!("{kind}: {told:?}"))
    };
    assert!(place("Namespace") < place("ServiceAccount") && place("ServiceAccount") < place("Deployment"), "{told:?}");
    assert!(place("Deployment") < place("ValidatingWebhookConfiguration"), "who is called comes after who answers");
    assert!(place("CustomResourceDefinition") < place("A"));
}

#[test]
fn the_same_again_is_nothing_to_do() {
    let blueprint = Ground::with(&shop()).plan(shop(), OperationKind::Upgrade).unwrap();
    assert!(blueprint.plan.is_empty() && blueprint.removals.is_empty(), "{:?}", told(&blueprint.plan));
}

#[test]
fn changes_are_told_by_field() {
    let mut wanted = shop();
    wanted[0] = config("a", "2");
    let blueprint = Ground::with(&shop()).plan(wanted, OperationKind::Upgrade).unwrap();
    let change = blueprint.plan.changes.iter().find(|change| change.action == ChangeAction::Update).unwrap();
    assert_eq!((change.fields[0].path.as_str(), &change.fields[0].after), (".data.a", &Some("2".into())));
    assert_eq!(blueprint.plan.count(ChangeAction::Update), 1);
}

#[test]
fn who_is_called_goes_first_and_definitions_last() {
    let mut ground = Ground::with(&shop());
    ground.options.remove_definitions = true;
    let blueprint = ground.plan(vec![], OperationKind::Uninstall).unwrap();
    let kinds: Vec<_> = blueprint.removals.iter().map(|removal| removal.id.kind.kind.as_str()).collect();
    assert_eq!(kinds[..2], ["ValidatingWebhookConfiguration", "A"]);
    assert_eq!(kinds[kinds.len() - 2..], ["CustomResourceDefinition", "Namespace"]);
    let place = |kind: &str| kinds.iter().position(|other| *other == kind).unwrap();
    assert!(place("Deployment") < place("ServiceAccount"));

    ground.options.remove_definitions = false;
    let blueprint = ground.plan(vec![], OperationKind::Uninstall).unwrap();
    let kept: Vec<_> = blueprint.plan.changes.iter().filter(|change| change.action == ChangeAction::Keep).collect();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].reason.contains("remove_definitions"), "{kept:?}");
}

#[test]
fn what_is_somebody_elses_is_in_the_way_all_at_once() {
    let foreign = |object: &Object| {
        let mut value = object.clone().in_namespace(Some("shop")).into_value();
        value["metadata"]["managedFields"] =
            json!([{ "manager": "somebody", "operation": "Update", "fieldsV1": { "f:data": {} } }]);
        Object::new(value).unwrap()
    };
    let ground = Ground { live: shop()[..2].iter().map(foreign).collect(), ..Ground::default() };
    let error = ground.plan(shop(), OperationKind::Install).unwrap_err();
    assert_eq!((error.kind(), error.report().context.len()), (ErrorKind::Conflict, 2));
    assert!(error.to_string().contains("ConfigMap shop/a: it was made by somebody"), "{error}");
}

#[test]
fn permissions_are_what_the_plan_needs() {
    let plan = Ground::default().plan(shop(), OperationKind::Install).unwrap().plan;
    let told: Vec<String> = plan.permissions.iter().map(ToString::to_string).collect();
    for wanted in [
        "create secrets in kube-system",
        "delete, get, patch secrets in kube-system: meshery-shop",
        "create, list, watch deployments.apps in shop",
        "patch deployments.apps in shop: a",
        "patch as.x.io in shop: a",
        "create, list, watch customresourcedefinitions.apiextensions.k8s.io",
    ] {
        assert!(told.contains(&wanted.to_owned()), "{wanted} is not in {told:#?}");
    }
    assert!(!told.iter().any(|line| line.contains("delete") && !line.contains("secrets")), "{told:#?}");
    let again = Ground::with(&shop()).plan(shop(), OperationKind::Upgrade).unwrap().plan;
    assert!(
        !again
            .permissions
            .iter()
            .any(|permission| permission.verbs.contains("patch") && permission.resource != "secrets")
    );
    let _ = GroupKind::new("", "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_plan_depends_on_an_order(wanted in Just(shop()).prop_shuffle(), there in Just(shop()).prop_shuffle(), count in 0..=7usize) {
        let ground = Ground::with(&shop()[..count]);
        let expected = serde_json::to_string(&ground.plan(shop(), OperationKind::Upgrade).unwrap().plan).unwrap();
        let mut shuffled = Ground::with(&shop()[..count]);
        shuffled.live.sort_by_key(|object| there.iter().position(|other| other.kind() == object.kind()));
        let plan = serde_json::to_string(&shuffled.plan(wanted, OperationKind::Upgrade).unwrap().plan).unwrap();
        prop_assert_eq!(plan, expected);
    }
}
