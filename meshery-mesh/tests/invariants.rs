//! The invariants of the lifecycle engine, on a real control plane. Killing a process after every request (the second) is
//! in `crash.rs`, what could be deadlocked (the ninth) in `incidents.rs`, faults on the wire (the thirteenth) in `faults.rs`.
#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::support::bed::{Bed, CONFIG, DEPLOYMENT, SHOP_KINDS, SHOP_OBJECTS, WIDGET, bed, behind, shop, text};
use crate::support::door::Fate;
use meshery_core::control_plane::PodFate;
use meshery_core::lifecycle::{ChangeAction, DriftKind, Source};
use meshery_core::{Cancel, Context, ErrorKind, InstanceSpec, ObjectId, OperationOptions};
use meshery_mesh::cluster::{Discovery, Request};
use serde_json::{Value, json};

const INVENTORY: &str = "/api/v1/namespaces/kube-system/secrets/meshery-shop";
const PART_OF: &str = "applyset.kubernetes.io/part-of";

/// Every object with the label of a set, with its version.
async fn owned(bed: &Bed) -> BTreeMap<ObjectId, String> {
    let discovery = Discovery::read(&bed.cluster).await.unwrap();
    let mut found = BTreeMap::new();
    for api in discovery.kinds().filter_map(|kind| discovery.preferred(kind)) {
        let request = Request::get(api.path(None, None)).query("labelSelector", PART_OF);
        let Ok(list) = bed.cluster.send(request).await.unwrap().json::<Value>().await else { continue };
        for item in list["items"].as_array().into_iter().flatten() {
            let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str);
            if item.pointer("/metadata/ownerReferences").is_some() || api.kind == "Endpoints" {
                // Controllers copy labels to what they make.
                continue;
            }
            let id = ObjectId::new(&api.group, &api.kind, text("/metadata/namespace"), text("/metadata/name").unwrap());
            found.insert(id, text("/metadata/resourceVersion").unwrap().to_owned());
        }
    }
    found
}

#[tokio::test]
async fn invariant_01_a_second_run_writes_nothing() {
    let Some(bed) = bed().await else { return };
    let start = bed.mark().await;
    let report = bed.install(&shop("1")).await.unwrap();
    let installed = bed.mark().await;
    assert_eq!((report.created.len(), report.revision), (SHOP_OBJECTS, Some(1)));
    let told = bed.lifecycle.events("shop", &bed.options, &bed.context).await.unwrap();
    assert_eq!(told, report.events, "what happened can be read again");
    let first = bed.requests(start, installed).len();
    assert!(first <= SHOP_OBJECTS + SHOP_KINDS + 6, "{first} requests");

    let versions = owned(&bed).await;
    let inventory = bed.get(INVENTORY).await.unwrap();
    let before = bed.mark().await;
    let report = bed.install(&shop("1")).await.unwrap();
    let after = bed.mark().await;
    assert_eq!((report.changed_anything(), report.unchanged, report.revision), (false, SHOP_OBJECTS as u64, Some(1)));
    let second = bed.requests(before, after);
    assert!(!second.iter().any(meshery_core::AuditedRequest::writes), "{second:?}");
    assert!(second.len() <= SHOP_KINDS + 3, "{} requests", second.len());
    assert_eq!(owned(&bed).await, versions);
    assert_eq!(bed.get(INVENTORY).await.unwrap().resource_version(), inventory.resource_version());
    bed.stop();
}

#[tokio::test]
async fn invariant_03_what_is_ours_is_in_the_inventory_at_every_instant() {
    let Some(bed) = bed().await else { return };
    let bed = Arc::new(bed);
    // After each request that has been answered, before the next one is sent.
    let door = bed.door();
    let (lifecycle, written) = (behind(&door), Arc::new(std::sync::Mutex::new(BTreeSet::new())));
    let noted = Arc::clone(&written);
    door.judge(move |_, request| {
        let writes = request.method.name() == "PATCH" && !request.target.contains("/secrets/meshery-");
        if writes && !request.target.contains("dryRun") {
            noted.lock().unwrap().insert(request.target.split('?').next().unwrap().to_owned());
        }
        Fate::Pass
    });
    let options = OperationOptions { concurrency: 1, ..bed.options.clone() };
    let spec = shop("1");
    let work = lifecycle.install(&spec, &options, &bed.context);
    let mut work = std::pin::pin!(work);
    let mut looks = 0;
    loop {
        if let Ok(done) = tokio::time::timeout(Duration::from_millis(5), &mut work).await {
            done.unwrap();
            break;
        }
        // The future stands still while we look.
        let live = owned(&bed).await;
        if live.is_empty() {
            continue;
        }
        looks += 1;
        let members = members(&bed).await;
        let strangers: Vec<_> = live.keys().filter(|id| !members.contains(&id.kind.to_string())).collect();
        assert!(strangers.is_empty(), "{strangers:?} in none of {members:?}");
    }
    assert!(looks > 0, "nothing was looked at");
    assert_eq!(written.lock().unwrap().len(), SHOP_OBJECTS);
}

/// The kinds that the inventory says it may hold, as other tools read it.
async fn members(bed: &Bed) -> BTreeSet<String> {
    let inventory = bed.get(INVENTORY).await.unwrap();
    let kinds = inventory.annotation("applyset.kubernetes.io/contains-group-kinds").unwrap();
    kinds.split(',').map(str::to_owned).collect()
}

#[tokio::test]
async fn invariant_04_only_what_is_ours_is_removed() {
    let Some(bed) = bed().await else { return };
    let config = |name: &str, more: &str| {
        format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: {name}{more} }}\ndata: {{ a: b }}\n")
    };
    let names = ["stays", "taken", "replaced", "unlabelled", "goes"];
    let mut yaml: String = names.iter().map(|name| config(name, "")).collect();
    yaml += &config("kept", ", annotations: { helm.sh/resource-policy: keep }");
    yaml += "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: lodgings }\n";
    bed.install(&text("shop", "shop", yaml)).await.unwrap();
    let path = |name: &str| format!("/api/v1/namespaces/shop/configmaps/{name}");
    let label = |value: Value| json!({ "metadata": { "labels": { PART_OF: value } } });
    bed.merge(&path("taken"), "other", &label("applyset-somebody-else-v1".into())).await.unwrap();
    bed.merge(&path("unlabelled"), "other", &label(Value::Null)).await.unwrap();
    let ours = bed.get(&path("replaced")).await.unwrap().label(PART_OF).unwrap().to_owned();
    bed.delete(&path("replaced")).await.unwrap();
    let again = json!({ "metadata": { "name": "replaced", "labels": { PART_OF: ours } } });
    bed.create("/api/v1/namespaces/shop/configmaps", &again).await.unwrap();
    bed.create("/api/v1/namespaces/lodgings/configmaps", &json!({ "metadata": { "name": "lodger" } })).await.unwrap();
    // What bears our label and was never written down is not ours either.
    let stray = json!({ "metadata": { "name": "stray", "labels": { PART_OF: ours } } });
    bed.create("/api/v1/namespaces/shop/configmaps", &stray).await.unwrap();

    let report = bed.install(&text("shop", "shop", config("stays", ""))).await.unwrap();
    let kept: BTreeMap<String, String> =
        report.kept.iter().map(|kept| (kept.object.name.clone(), kept.reason.clone())).collect();
    assert_eq!(report.deleted.iter().map(|id| id.name.as_str()).collect::<Vec<_>>(), ["goes"]);
    assert_eq!(kept.keys().collect::<Vec<_>>(), ["kept", "lodgings", "replaced", "taken", "unlabelled"]);
    assert!(kept["lodgings"].contains("ConfigMap lodgings/lodger"), "{kept:?}");
    for name in ["stays", "taken", "replaced", "unlabelled", "kept", "stray"] {
        bed.get(&path(name)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert_eq!(bed.get(&path("goes")).await.unwrap_err().kind(), ErrorKind::NotFound);
    bed.stop();
}

#[tokio::test]
async fn invariant_05_a_plan_is_what_happens() {
    let Some(bed) = bed().await else { return };
    for version in ["1", "2"] {
        let plan = bed.plan(&shop(version)).await.unwrap();
        let before = bed.mark().await;
        let options = OperationOptions { expected: Some(plan.clone().into()), ..bed.options.clone() };
        bed.lifecycle.install(&shop(version), &options, &bed.context).await.unwrap();
        let after = bed.mark().await;
        let again = bed.lifecycle.install(&shop(version), &options, &bed.context).await.unwrap_err();
        assert!(again.kind() == ErrorKind::Conflict && again.to_string().contains("10 unchanged"), "{again}");
        let (planned, done) = (planned(&plan), done(&bed.requests(before, after)));
        assert_eq!(planned, done);
        assert!(!planned.is_empty());
    }
    let options = OperationOptions { remove_definitions: true, ..bed.options.clone() };
    let plan = bed.lifecycle.plan_uninstall("shop", &options, &bed.context).await.unwrap();
    let before = bed.mark().await;
    bed.lifecycle.uninstall("shop", &options, &bed.context).await.unwrap();
    let after = bed.mark().await;
    assert_eq!(planned(&plan), done(&bed.requests(before, after)));
    bed.stop();
}

fn planned(plan: &meshery_core::ChangePlan) -> BTreeSet<(String, String, String)> {
    let verb = |action: ChangeAction| if action == ChangeAction::Delete { "delete" } else { "patch" };
    let writes = plan.changes.iter().filter(|change| change.action.writes());
    let named = writes.map(|change| {
        let namespace = change.object.namespace.clone().unwrap_or_default();
        (
            verb(change.action).to_owned(),
            namespace,
            format!("{}/{}", change.object.kind.kind.to_lowercase(), change.object.name),
        )
    });
    named.collect()
}

fn done(requests: &[meshery_core::AuditedRequest]) -> BTreeSet<(String, String, String)> {
    let writes =
        requests.iter().filter(|request| request.writes() && request.object.api_group != "authorization.k8s.io");
    let of_objects =
        writes.filter(|request| !(request.object.resource == "secrets" && request.object.namespace == "kube-system"));
    let named = of_objects.map(|request| {
        let kind = request.object.resource.trim_end_matches('s').to_owned();
        // A namespace is said to be in itself.
        let namespace = if kind == "namespace" { String::new() } else { request.object.namespace.clone() };
        (request.verb.clone(), namespace, format!("{kind}/{}", request.object.name))
    });
    named.collect()
}

#[tokio::test]
async fn invariant_06_of_two_operators_one_works_and_the_other_is_told() {
    let Some(bed) = bed().await else { return };
    bed.plane.nodes().destine("shop", "cart", PodFate::Ignored);
    let cancel = Cancel::new();
    let (started, begun) = tokio::sync::oneshot::channel();
    let started = std::sync::Mutex::new(Some(started));
    let context = Context::new(cancel.clone(), move |event: &meshery_core::Event| {
        if serde_json::to_value(event).unwrap()["happening"] == "lease_taken" {
            started.lock().unwrap().take().map(|started| started.send(()));
        }
    });
    let (lifecycle, options) = (bed.lifecycle.clone(), bed.options.clone());
    let first = tokio::spawn(async move { lifecycle.install(&shop("1"), &options, &context).await });
    begun.await.unwrap();
    for work in [bed.install(&shop("2")).await, bed.uninstall("shop").await] {
        let error = work.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(error.to_string().contains("holder") && error.to_string().contains("expires"), "{error}");
    }
    let status = bed.lifecycle.status("shop", &bed.options, &bed.context).await.unwrap();
    assert!(status.holder.unwrap().contains(&std::process::id().to_string()));
    cancel.cancel();
    assert!(first.await.unwrap().unwrap_err().is_cancelled());
    bed.plane.nodes().destine("shop", "cart", PodFate::Ready);
    bed.install(&shop("2")).await.unwrap();
    bed.stop();
}

#[tokio::test]
async fn invariant_06_who_has_lost_the_lease_writes_nothing_more() {
    let Some(bed) = bed().await else { return };
    bed.install(&shop("1")).await.unwrap();
    // Between the write ahead and the end, somebody else takes the inventory over.
    let door = bed.door();
    let lifecycle = behind(&door);
    bed.plane.nodes().destine("shop", "cart", PodFate::Ignored);
    let options = OperationOptions { object_timeout: Duration::from_secs(5), ..bed.options.clone() };
    let spec = shop("2");
    let work = lifecycle.install(&spec, &options, &bed.context);
    let take = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if door.log().iter().any(|(_, line)| line.starts_with("PATCH") && line.contains("/deployments/cart")) {
                break;
            }
        }
        bed.merge(INVENTORY, "other", &json!({ "metadata": { "annotations": { "taken": "over" } } })).await.unwrap();
    };
    let (done, ()) = tokio::join!(work, take);
    let error = done.unwrap_err();
    assert!(error.to_string().contains("inventory") && error.to_string().contains("somebody else"), "{error}");
    let inventory = bed.get(INVENTORY).await.unwrap();
    assert_eq!(inventory.annotation("taken"), Some("over"), "what somebody else wrote was not written over");
    bed.stop();
}

#[tokio::test]
async fn invariant_07_an_earlier_revision_comes_back_whole() {
    let Some(bed) = bed().await else { return };
    bed.install(&shop("1")).await.unwrap();
    let specs = async |bed: &Bed| {
        let mut specs = Vec::new();
        for path in [CONFIG, DEPLOYMENT, WIDGET, "/api/v1/namespaces/shop/secrets/cart"] {
            let object = bed.get(path).await.unwrap();
            specs.push([object.get("/spec").cloned(), object.get("/data").cloned()]);
        }
        specs
    };
    let first = specs(&bed).await;
    bed.install(&shop("2")).await.unwrap();
    assert_ne!(specs(&bed).await, first);
    let report = bed.lifecycle.rollback("shop", None, &bed.options, &bed.context).await.unwrap();
    assert_eq!((report.revision, specs(&bed).await), (Some(3), first.clone()));

    // After an upgrade that failed, back is where it was.
    bed.plane.nodes().destine("shop", "cart", PodFate::CrashLoop);
    let options = OperationOptions { object_timeout: Duration::from_secs(2), ..bed.options.clone() };
    let failed = bed.lifecycle.install(&shop("4"), &options, &bed.context).await.unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::Timeout);
    assert!(failed.to_string().contains("CrashLoopBackOff"), "{failed}");
    bed.plane.nodes().destine("shop", "cart", PodFate::Ready);
    bed.lifecycle.rollback("shop", None, &bed.options, &bed.context).await.unwrap();
    assert_eq!(specs(&bed).await, first);
    bed.stop();
}

#[tokio::test]
async fn invariant_07_also_when_an_api_of_then_is_gone() {
    let Some(bed) = bed().await else { return };
    let definition = |versions: &[(&str, bool)]| {
        let storage = versions.iter().rposition(|(_, served)| *served).unwrap();
        let versions: Vec<Value> = versions
            .iter()
            .enumerate()
            .map(|(place, (name, served))| {
                json!({
                    "name": name, "served": served, "storage": place == storage,
                    "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } },
                })
            })
            .collect();
        json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "gears.example.com" },
            "spec": { "group": "example.com", "scope": "Namespaced", "names": { "kind": "Gear", "plural": "gears" }, "versions": versions },
        })
    };
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gears.example.com";
    bed.apply(path, "somebody", &definition(&[("v1beta1", true), ("v1", true)])).await.unwrap();
    let gear = |version: &str, teeth: u32| {
        format!("apiVersion: example.com/{version}\nkind: Gear\nmetadata: {{ name: a }}\nspec: {{ teeth: {teeth} }}\n")
    };
    let spec = |version: &str, teeth: u32| InstanceSpec {
        version: teeth.to_string(),
        ..text("gears", "gears", gear(version, teeth))
    };
    installed_once_served(&bed, &spec("v1beta1", 1)).await;
    bed.install(&spec("v1", 2)).await.unwrap();
    bed.apply(path, "somebody", &definition(&[("v1beta1", false), ("v1", true)])).await.unwrap();
    until_gone(&bed, "/apis/example.com/v1beta1").await;
    let refused = bed.install(&spec("v1beta1", 3)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::VersionUnsupported);
    let plan = bed.lifecycle.plan_rollback("gears", None, &bed.options, &bed.context).await.unwrap();
    assert!(
        plan.notes.iter().any(|note| note.contains("example.com/v1beta1 is not served any more")),
        "{:?}",
        plan.notes
    );
    bed.lifecycle.rollback("gears", None, &bed.options, &bed.context).await.unwrap();
    let gear = bed.get("/apis/example.com/v1/namespaces/gears/gears/a").await.unwrap();
    assert_eq!(gear.get("/spec/teeth"), Some(&1.into()));
    bed.stop();
}

/// Somebody else has defined a kind a moment ago.
async fn installed_once_served(bed: &Bed, spec: &InstanceSpec) {
    for _ in 0..1000 {
        match bed.install(spec).await {
            Err(error) if error.kind() == ErrorKind::VersionUnsupported => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            done => return drop(done.unwrap()),
        }
    }
    panic!("the kind is never served");
}

async fn until_gone(bed: &Bed, path: &str) {
    for _ in 0..2000 {
        if bed.cluster.send(Request::get(path)).await.unwrap().status == 404 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} is still there");
}

#[tokio::test]
async fn invariant_08_nothing_is_left() {
    let Some(bed) = bed().await else { return };
    let before = bed.snapshot().await;
    for _ in 0..2 {
        bed.install(&shop("1")).await.unwrap();
        bed.install(&shop("2")).await.unwrap();
        let options = OperationOptions { remove_definitions: true, ..bed.options.clone() };
        let report = bed.lifecycle.uninstall("shop", &options, &bed.context).await.unwrap();
        assert_eq!((report.deleted.len(), report.kept.len()), (SHOP_OBJECTS, 0), "{report:?}");
        let difference = bed.difference(&before).await;
        assert!(difference.is_empty(), "{difference:?}");
    }
    // What is kept is kept, and told.
    bed.install(&shop("1")).await.unwrap();
    bed.create(
        "/apis/shop.example.com/v1/namespaces/default/widgets",
        &json!({
            "apiVersion": "shop.example.com/v1", "kind": "Widget", "metadata": { "name": "mine" },
        }),
    )
    .await
    .unwrap();
    let report = bed.uninstall("shop").await.unwrap();
    assert_eq!(
        report.kept.iter().map(|kept| kept.object.name.as_str()).collect::<Vec<_>>(),
        ["widgets.shop.example.com"]
    );
    assert!(bed.get("/apis/shop.example.com/v1/namespaces/default/widgets/mine").await.is_ok());
    // With consent, what goes along is given to the caller.
    bed.install(&shop("1")).await.unwrap();
    let options = OperationOptions { remove_definitions: true, ..bed.options.clone() };
    let plan = bed.lifecycle.plan_uninstall("shop", &options, &bed.context).await.unwrap();
    let mine = ObjectId::new("shop.example.com", "Widget", Some("default"), "mine");
    assert_eq!(plan.change(&mine).unwrap().reason, "it goes with its definition");
    let report = bed.lifecycle.uninstall("shop", &options, &bed.context).await.unwrap();
    assert!(report.exported.iter().any(|object| object.id() == mine));
    assert!(bed.difference(&before).await.is_empty());
    bed.stop();
}

#[tokio::test]
async fn invariant_10_a_cancelled_operation_asks_for_nothing_more_and_is_taken_up() {
    let Some(bed) = bed().await else { return };
    bed.plane.nodes().destine("shop", "cart", PodFate::Ignored);
    let mut cancelled = 0;
    for at in 1..=27 {
        let (door, cancel) = (bed.door(), Cancel::new());
        let (flag, asked) = (cancel.clone(), Arc::new(std::sync::Mutex::new(Vec::new())));
        let later = Arc::clone(&asked);
        door.judge(move |number, request| {
            if flag.is_cancelled() {
                later.lock().unwrap().push(format!("{} {}", request.method.name(), request.target));
            }
            if number == at {
                flag.cancel();
            }
            Fate::Pass
        });
        let context = Context::new(cancel.clone(), |_: &meshery_core::Event| {});
        let options = OperationOptions { object_timeout: Duration::from_secs(2), ..bed.options.clone() };
        match behind(&door).install(&shop("1"), &options, &context).await {
            Err(error) if error.is_cancelled() => cancelled += 1,
            // It was over before so many requests were made.
            done => drop(done),
        }
        let asked = asked.lock().unwrap().clone();
        let others: Vec<_> = asked.iter().filter(|line| !line.contains("/secrets/meshery-shop")).collect();
        assert!(others.is_empty() && asked.len() <= 1, "after {at}: {asked:?}");
    }
    assert!(cancelled >= 20, "{cancelled}");
    bed.plane.nodes().destine("shop", "cart", PodFate::Ready);
    let report = bed.install(&shop("1")).await.unwrap();
    assert_eq!(report.revision, Some(1));
    assert!(bed.lifecycle.status("shop", &bed.options, &bed.context).await.unwrap().healthy);
    bed.stop();
}

#[tokio::test]
async fn invariant_11_what_we_do_not_send_stays_as_it_is() {
    let Some(bed) = bed().await else { return };
    bed.install(&shop("1")).await.unwrap();
    let other = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "cart", "labels": { "team": "blue" } }, "data": { "theirs": "1" },
    });
    bed.apply(CONFIG, "other", &other).await.unwrap();
    bed.merge(DEPLOYMENT, "kubectl-edit", &json!({ "spec": { "minReadySeconds": 1 } })).await.unwrap();
    let theirs = |object: &meshery_core::Object| {
        let entries = object
            .items("/metadata/managedFields")
            .iter()
            .filter(|entry| ["other", "kubectl-edit"].contains(&entry["manager"].as_str().unwrap()));
        entries.map(|entry| json!([entry["manager"], entry["fieldsV1"]])).collect::<Vec<_>>()
    };
    let before = [theirs(&bed.get(CONFIG).await.unwrap()), theirs(&bed.get(DEPLOYMENT).await.unwrap())];
    bed.install(&shop("2")).await.unwrap();
    let (config, deployment) = (bed.get(CONFIG).await.unwrap(), bed.get(DEPLOYMENT).await.unwrap());
    assert_eq!([theirs(&config), theirs(&deployment)], before);
    assert_eq!(
        (config.text("/data/theirs"), config.label("team"), config.text("/data/version")),
        ("1", Some("blue"), "2")
    );
    assert_eq!(deployment.get("/spec/minReadySeconds"), Some(&1.into()));
    bed.stop();
}

#[tokio::test]
async fn invariant_12_the_same_wish_is_the_same_plan_in_any_order() {
    let Some(bed) = bed().await else { return };
    let Source::Text(yaml) = &shop("1").sources[0] else { panic!("text") };
    let documents: Vec<&str> = yaml.split("---").collect();
    let mut plans = BTreeSet::new();
    for turn in 0..documents.len() {
        let mut turned = documents.clone();
        turned.rotate_left(turn);
        if turn % 2 == 1 {
            turned.reverse();
        }
        let spec = InstanceSpec { version: "1".into(), ..text("shop", "shop", turned.join("\n---\n")) };
        plans.insert(serde_json::to_string(&bed.plan(&spec).await.unwrap()).unwrap());
    }
    assert_eq!(plans.len(), 1, "{plans:#?}");
    let words = plans.first().unwrap();
    assert!(!words.contains("hunter2"), "a secret in a plan: {words}");
    bed.stop();
}

#[tokio::test]
async fn drift_is_told_field_by_field_and_undone() {
    let Some(bed) = bed().await else { return };
    bed.install(&shop("1")).await.unwrap();
    assert_eq!(bed.lifecycle.drift("shop", &bed.options, &bed.context).await.unwrap(), []);
    bed.merge(CONFIG, "kubectl-edit", &json!({ "data": { "currency": "USD" } })).await.unwrap();
    bed.merge(
        "/api/v1/namespaces/shop/secrets/cart",
        "kubectl-edit",
        &json!({ "stringData": { "password": "stolen" } }),
    )
    .await
    .unwrap();
    bed.delete(WIDGET).await.unwrap();
    let drift = bed.lifecycle.drift("shop", &bed.options, &bed.context).await.unwrap();
    let told: Vec<_> = drift.iter().map(|drift| (drift.object.kind.kind.as_str(), drift.kind)).collect();
    assert_eq!(
        told,
        [("ConfigMap", DriftKind::Changed), ("Secret", DriftKind::Changed), ("Widget", DriftKind::Missing)]
    );
    let field = &drift[0].fields[0];
    assert_eq!(
        (field.path.as_str(), &field.before, &field.after),
        (".data.currency", &Some("USD".into()), &Some("EUR".into()))
    );
    assert_eq!(drift[0].managers, ["kubectl-edit"]);
    let words = serde_json::to_string(&drift).unwrap();
    assert!(!words.contains("c3RvbGVu") && !words.contains("hunter2"), "{words}");

    // Somebody has changed it on purpose: he is asked first.
    let error = bed.install(&shop("1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains(".data.currency is kubectl-edit's"), "{error}");
    let options = OperationOptions { overrule: vec!["kubectl-edit".into()], ..bed.options.clone() };
    let report = bed.lifecycle.install(&shop("1"), &options, &bed.context).await.unwrap();
    assert_eq!((report.created.len(), report.updated.len()), (1, 2));
    assert_eq!(bed.lifecycle.drift("shop", &bed.options, &bed.context).await.unwrap(), []);
    bed.stop();
}
