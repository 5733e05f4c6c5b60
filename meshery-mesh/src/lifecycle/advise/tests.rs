use meshery_core::lifecycle::{Line, Place};
use meshery_core::provider::{End, EndKind};
use serde_json::{Value, json};

use super::*;
use crate::pki::{Authority, Subject};

fn releases() -> Releases {
    let third = Line::new("3.0", "3.0").retiring(GroupKind::new("a.test", "Mesh"), "/spec/routes/*/old", "new");
    Releases {
        lines: vec![Line::new("2.0", "2.0"), Line::new("2.1", "2.1").on_kubernetes("1.31"), third],
        steps_up: Some(1),
        source: "https://a.test/upgrade".into(),
        ..Releases::default()
    }
}

fn matter<'a>(from: &'a str, to: &'a str, releases: &'a Releases) -> Matter<'a> {
    Matter {
        kind: OperationKind::Upgrade,
        from,
        to,
        mesh: None,
        releases,
        kubernetes: Some("1.36.3"),
        definitions: Vec::new(),
        credentials: Vec::new(),
        now: time::OffsetDateTime::now_utc().unix_timestamp(),
        resources: BTreeMap::new(),
    }
}

fn definition(versions: &Value, stored: &[&str]) -> Object {
    let text = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "meshes.a.test" },
        "spec": { "group": "a.test", "names": { "kind": "Mesh" }, "versions": versions },
        "status": { "storedVersions": stored },
    });
    Object::new(text).unwrap()
}

fn version(name: &str, properties: &Value) -> Value {
    let schema = json!({ "type": "object", "properties": { "spec": { "type": "object", "properties": properties } } });
    json!({ "name": name, "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } })
}

fn resource(spec: &Value) -> Object {
    let owner = json!({ "manager": "kubectl", "apiVersion": "a.test/v1alpha1" });
    let metadata = json!({ "name": "default", "managedFields": [owner] });
    Object::new(json!({ "apiVersion": "a.test/v1", "kind": "Mesh", "metadata": metadata, "spec": spec })).unwrap()
}

fn codes(matter: &Matter<'_>) -> Vec<(AdviceCode, bool)> {
    advise(matter).iter().map(|advice| (advice.code, advice.blocks)).collect()
}

#[test]
fn rules_are_sorted_and_unique() {
    assert!(RULES.is_sorted_by(|a, b| a.name < b.name));
}

#[test]
fn nothing_speaks_against_the_next_release() {
    let releases = releases();
    assert_eq!(codes(&matter("2.0.3", "2.1.0", &releases)), []);
    assert_eq!(codes(&matter("2.0.3", "2.0.4", &releases)), []);
    assert_eq!(codes(&matter("", "2.1.0", &releases)), [], "nobody knows what was there");
}

#[test]
fn too_large_a_step_is_refused_unless_it_is_accepted() {
    let releases = releases();
    let advice = advise(&matter("2.0.3", "3.0.1", &releases));
    assert_eq!(advice[0].code, AdviceCode::SkewForbidden);
    assert!(advice[0].remedy.contains("go to 2.1 first"), "{}", advice[0].remedy);
    let error = refusal(&advice, &[]).unwrap();
    assert_eq!(error.kind(), ErrorKind::VersionUnsupported);
    assert!(refusal(&advice, &[AdviceCode::SkewForbidden]).is_none());
    let rollback = Matter { kind: OperationKind::Rollback, ..matter("3.0.1", "2.0.3", &releases) };
    assert_eq!(codes(&rollback), []);
    assert_eq!(codes(&matter("2.1.0", "2.0.3", &releases)), [(AdviceCode::Downgrade, false)]);
}

#[test]
fn an_old_cluster_and_an_ended_project_are_told() {
    let releases = releases();
    let old = Matter { kubernetes: Some("1.30.4"), ..matter("2.0.0", "2.1.0", &releases) };
    assert_eq!(codes(&old), [(AdviceCode::KubernetesTooOld, true)]);
    let newer = Matter { kubernetes: Some("1.30.4"), ..matter("2.1.0", "2.2.0-rc.1", &releases) };
    assert_eq!(codes(&newer), [(AdviceCode::KubernetesTooOld, true)], "a line that nobody knows yet needs no less");
    let end = End { kind: EndKind::Parked, date: "2022".into(), successors: vec!["b".into()], advice: "go".into() };
    let mesh = MeshInfo { end: Some(end), ..MeshInfo::new("a", "A", "a") };
    let ended = Matter { mesh: Some(&mesh), ..matter("2.0.0", "2.1.0", &releases) };
    let advice = advise(&ended);
    assert_eq!(advice[0].message, "A is no longer developed in 2022");
    assert!(refusal(&advice, &[]).is_none());
    assert_eq!(codes(&Matter { kind: OperationKind::Uninstall, ..ended }), []);
}

#[test]
fn versions_that_are_stored_or_asked_for_are_not_taken_away_unseen() {
    let releases = releases();
    let live = definition(&json!([version("v1alpha1", &json!({})), version("v1", &json!({}))]), &["v1alpha1", "v1"]);
    let wanted = definition(&json!([version("v1", &json!({}))]), &[]);
    let mut matter = matter("2.0.0", "2.1.0", &releases);
    matter.definitions = vec![Definition { live: &live, wanted: Some(&wanted), stays: true }];
    assert_eq!(asked_for(&matter), [GroupKind::new("a.test", "Mesh")].into());
    assert_eq!(codes(&matter), [(AdviceCode::StoredVersionRetired, true)]);
    matter.resources.insert(GroupKind::new("a.test", "Mesh"), vec![resource(&json!({}))]);
    assert_eq!(codes(&matter), [(AdviceCode::StoredVersionRetired, true), (AdviceCode::VersionRetired, false)]);
}

#[test]
fn fields_that_get_lost_are_told_where_they_are_set() {
    let releases = releases();
    let field = || json!({ "type": "object", "properties": { "old": { "type": "string" }, "new": {} } });
    let live =
        definition(&json!([version("v1", &json!({ "routes": { "type": "array", "items": field() } }))]), &["v1"]);
    let item = json!({ "type": "object", "properties": { "new": {} } });
    let wanted = definition(&json!([version("v1", &json!({ "routes": { "type": "array", "items": item } }))]), &[]);
    let mut matter = matter("2.0.0", "2.1.0", &releases);
    matter.definitions = vec![Definition { live: &live, wanted: Some(&wanted), stays: true }];
    let kind = GroupKind::new("a.test", "Mesh");
    assert_eq!(asked_for(&matter), [kind.clone()].into());
    let (with, without) = (json!({ "routes": [{}, { "old": "a" }] }), json!({ "routes": [{ "new": "a" }] }));
    matter.resources.insert(kind.clone(), vec![resource(&without)]);
    assert_eq!(codes(&matter), []);
    matter.resources.insert(kind, vec![resource(&with)]);
    assert!(advise(&matter)[0].message.contains(".spec.routes.*.old"), "{:?}", advise(&matter));
}

#[test]
fn a_field_that_one_version_keeps_is_not_lost() {
    let releases = releases();
    let (with, without) = (json!({ "size": { "type": "string" } }), json!({ "weight": { "type": "string" } }));
    let live = definition(&json!([version("v1alpha1", &with), version("v1", &with)]), &["v1"]);
    let wanted = definition(&json!([version("v1alpha1", &without), version("v1", &with)]), &[]);
    let mut matter = matter("2.0.0", "2.1.0", &releases);
    matter.definitions = vec![Definition { live: &live, wanted: Some(&wanted), stays: true }];
    matter.resources.insert(GroupKind::new("a.test", "Mesh"), vec![resource(&json!({ "size": "1" }))]);
    assert_eq!(codes(&matter), []);
}

#[test]
fn what_a_project_retires_is_told_on_the_way_past_it_alone() {
    let releases = releases();
    let kind = GroupKind::new("a.test", "Mesh");
    let old = vec![resource(&json!({ "routes": [{ "old": "a" }] }))];
    let with = |from, to| Matter { resources: [(kind.clone(), old.clone())].into(), ..matter(from, to, &releases) };
    assert!(asked_for(&with("2.0.0", "2.1.0")).is_empty());
    assert_eq!(codes(&with("2.0.0", "2.1.0")), []);
    assert_eq!(asked_for(&with("2.1.0", "3.0.0")), [kind.clone()].into());
    assert_eq!(codes(&with("2.1.0", "3.0.0")), [(AdviceCode::FieldRetired, false)]);
    assert_eq!(codes(&with("3.0.0", "3.0.1")), [], "whoever is past it has seen it");
}

#[test]
fn definitions_that_stay_are_told_with_what_they_hold() {
    let releases = releases();
    let live = definition(&json!([version("v1", &json!({}))]), &["v1"]);
    let mut matter = matter("2.0.0", "2.1.0", &releases);
    matter.definitions = vec![Definition { live: &live, wanted: None, stays: true }];
    matter.resources.insert(GroupKind::new("a.test", "Mesh"), vec![resource(&json!({}))]);
    let advice = advise(&matter);
    assert_eq!((advice[0].code, advice[0].blocks), (AdviceCode::DefinitionsKept, false));
    assert!(advice[0].message.contains("1 definitions") && advice[0].message.contains("1 resources"));
}

fn issuer() -> Credential {
    let kept = |kind: &str, name: &str, pointer: &str| Place::new(ObjectId::new("", kind, Some("mesh"), name), pointer);
    Credential {
        name: "issuer".into(),
        reason: "the certificate of every proxy follows from it".into(),
        subject: "issuer.mesh".into(),
        issues: true,
        certificate: kept("Secret", "issuer", "/data/crt"),
        key: kept("Secret", "issuer", "/data/key"),
        anchors: kept("ConfigMap", "roots", "/data/ca"),
    }
}

fn made(authority: &Authority) -> Pem {
    let made = authority.delegate(&Subject { common_name: "issuer", ..Subject::default() }).unwrap();
    Pem { certificate: made.certificate_pem, key: made.key_pem, anchors: authority.pem() }
}

#[test]
fn an_authority_is_not_replaced_unless_that_is_accepted() {
    let (releases, issuer) = (releases(), issuer());
    let (old, new) = (made(&Authority::lasting("a").unwrap()), made(&Authority::lasting("b").unwrap()));
    let with = |live: Option<&Pem>, wanted: Option<&Pem>| Matter {
        credentials: vec![Held { what: &issuer, live: live.cloned(), wanted: wanted.cloned() }],
        ..matter("2.0.0", "2.0.0", &releases)
    };
    for (live, wanted) in [(None, Some(&new)), (Some(&old), Some(&old)), (Some(&old), None), (None, None)] {
        assert_eq!(codes(&with(live, wanted)), [], "{live:?} {wanted:?}");
    }
    let replaced = with(Some(&old), Some(&new));
    assert_eq!(codes(&replaced), [(AdviceCode::AuthorityReplaced, true)]);
    let error = refusal(&advise(&replaced), &[]).unwrap().to_string();
    assert!(error.contains("Secret mesh/issuer") && error.contains("ConfigMap mesh/roots"), "{error}");
    assert!(refusal(&advise(&replaced), &[AdviceCode::AuthorityReplaced]).is_none());
    // The first step of a rotation leaves everybody who runs believing everybody else.
    let both = Pem { anchors: format!("{}{}", old.anchors, new.anchors), ..old.clone() };
    assert_eq!(codes(&with(Some(&old), Some(&both))), []);
    // What issues nothing may be another one.
    let served = Credential { issues: false, ..issuer.clone() };
    let held = Held { what: &served, live: Some(old), wanted: Some(new) };
    assert_eq!(codes(&Matter { credentials: vec![held], ..matter("2.0.0", "2.0.0", &releases) }), []);
}

#[test]
fn what_has_expired_stops_everything_and_what_is_about_to_is_told() {
    let (releases, issuer) = (releases(), issuer());
    let pem = made(&Authority::lasting("a").unwrap());
    let until = pem.ends().unwrap();
    let at = |now: i64| Matter {
        now,
        credentials: vec![Held { what: &issuer, live: Some(pem.clone()), wanted: None }],
        ..matter("2.0.0", "2.1.0", &releases)
    };
    let day = 24 * 3600;
    assert_eq!(codes(&at(until - 100 * day)), []);
    assert_eq!(codes(&at(until - 10 * day)), [(AdviceCode::CertificateExpiring, false)]);
    assert_eq!(codes(&at(until + day)), [(AdviceCode::CertificateExpired, true)]);
    let error = refusal(&advise(&at(until + day)), &[]).unwrap();
    assert!(error.to_string().contains("was valid until"), "{error}");
    let other = Pem { anchors: Authority::lasting("b").unwrap().pem(), ..pem };
    let held = Held { what: &issuer, live: None, wanted: Some(other) };
    let matter = Matter { credentials: vec![held], ..matter("", "2.1.0", &releases) };
    assert_eq!(codes(&matter), [(AdviceCode::CertificateInvalid, true)], "before anything is built on it");
}
