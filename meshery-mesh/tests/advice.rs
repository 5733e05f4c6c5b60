//! What speaks against an operation, found on a real server before the first write; and what is left to its owner.
#![cfg(target_os = "linux")]

use std::time::Duration;

use crate::support::bed::{Bed, shared, text};
use meshery_core::lifecycle::AdviceCode;
use meshery_core::{Error, ErrorKind, InstanceSpec, MeshId, OperationOptions};
use serde_json::json;

fn of_mesh(mesh: &str, version: &str, spec: InstanceSpec) -> InstanceSpec {
    InstanceSpec { mesh: Some(MeshId::from(mesh)), version: version.into(), ..spec }
}

/// The error of an upgrade, and that nothing was written.
async fn refused(bed: &Bed, spec: &InstanceSpec) -> Error {
    let before = bed.mark().await;
    let error = bed.install(spec).await.unwrap_err();
    let manager = format!("fieldManager={}", spec.field_manager());
    let requests = bed.requests(before, bed.mark().await);
    let writes = requests.into_iter().filter(|request| request.writes() && request.uri.contains(&manager));
    assert_eq!(writes.count(), 0, "{error}");
    error
}

fn accepting(bed: &Bed, code: AdviceCode) -> OperationOptions {
    OperationOptions { accept: vec![code], ..bed.options.clone() }
}

#[tokio::test]
async fn a_trust_anchor_is_not_replaced_by_another_run() {
    let Some(bed) = shared().await else { return };
    let secret = |key: &str| {
        let yaml = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{ name: linkerd-identity-issuer }}\nstringData: {{ key.pem: {key} }}\n"
        );
        of_mesh("linkerd", "edge-25.10.7", text("trust", "trust", yaml))
    };
    bed.install(&secret("first")).await.unwrap();
    let again = bed.install(&secret("first")).await.unwrap();
    assert!(!again.changed_anything());
    let error = refused(&bed, &secret("second")).await;
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let words = error.to_string();
    assert!(words.contains("Secret trust/linkerd-identity-issuer") && words.contains("authority_replaced"), "{words}");
    assert!(!words.contains("second") && !words.contains("c2Vjb25k"), "secrets are not repeated: {words}");
    // What is only looked at is shown, not refused.
    let plan = bed.plan(&secret("second")).await.unwrap();
    assert_eq!((plan.advice[0].code, plan.advice[0].blocks), (AdviceCode::AuthorityReplaced, true));
    let options = accepting(&bed, AdviceCode::AuthorityReplaced);
    bed.lifecycle.install(&secret("second"), &options, &bed.context).await.unwrap();
    bed.uninstall("trust").await.unwrap();
}

#[tokio::test]
async fn a_step_that_a_project_does_not_support_is_refused() {
    let Some(bed) = shared().await else { return };
    let release = |version: &str| {
        let yaml =
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: a }}\ndata: {{ version: \"{version}\" }}\n");
        of_mesh("kuma", version, text("steps", "steps", yaml))
    };
    bed.install(&release("2.10.3")).await.unwrap();
    bed.install(&release("2.12.0")).await.unwrap();
    let error = refused(&bed, &release("2.15.0")).await;
    assert_eq!(error.kind(), ErrorKind::VersionUnsupported);
    assert!(error.to_string().contains("go to 2.14 first"), "{error}");
    let options = accepting(&bed, AdviceCode::SkewForbidden);
    bed.lifecycle.install(&release("2.15.0"), &options, &bed.context).await.unwrap();
    // Back is back, however far.
    bed.lifecycle.rollback("steps", None, &bed.options, &bed.context).await.unwrap();
    bed.uninstall("steps").await.unwrap();
}

/// A definition of `kind` with these versions, each with the fields of its resources.
fn definition(kind: &str, versions: &[(&str, &str)]) -> String {
    let last = versions.len() - 1;
    let version = |(place, (name, field)): (usize, &(&str, &str))| {
        json!({
            "name": name, "served": true, "storage": place == last,
            "schema": { "openAPIV3Schema": { "type": "object", "properties": {
                "spec": { "type": "object", "properties": { *field: { "type": "integer" } } },
            } } },
        })
    };
    let (lower, group) = (kind.to_lowercase(), "advice.example.com");
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("{lower}s.{group}") },
        "spec": {
            "group": group, "scope": "Namespaced", "names": { "kind": kind, "plural": format!("{lower}s") },
            "versions": versions.iter().enumerate().map(version).collect::<Vec<_>>(),
        },
    });
    definition.to_string()
}

#[tokio::test]
async fn fields_and_versions_in_use_are_not_lost_unseen() {
    let Some(bed) = shared().await else { return };
    let wanted = |versions: &[(&str, &str)]| text("lost", "lost", definition("Gadget", versions));
    let everything = OperationOptions { remove_definitions: true, ..bed.options.clone() };
    bed.install(&wanted(&[("v1alpha1", "size")])).await.unwrap();
    bed.namespace("lost").await;
    let path = "/apis/advice.example.com/v1alpha1/namespaces/lost/gadgets/first";
    let gadget = json!({
        "apiVersion": "advice.example.com/v1alpha1", "kind": "Gadget", "metadata": { "name": "first" }, "spec": { "size": 1 },
    });
    bed.apply(path, "user", &gadget).await.unwrap();
    // A field that is set.
    let plan = bed.plan(&wanted(&[("v1alpha1", "weight")])).await.unwrap();
    let codes: Vec<_> = plan.advice.iter().map(|advice| (advice.code, advice.blocks)).collect();
    assert_eq!(codes, [(AdviceCode::FieldRetired, false)]);
    assert!(plan.advice[0].message.contains(".spec.size") && plan.advice[0].message.contains("lost/first"));
    // A version that is stored.
    let error = refused(&bed, &wanted(&[("v1", "size")])).await;
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("v1alpha1") && error.to_string().contains("storedVersions"), "{error}");
    // The next one beside it takes nothing away.
    let plan = bed.plan(&wanted(&[("v1alpha1", "size"), ("v1", "size")])).await.unwrap();
    assert_eq!(plan.advice, []);
    bed.lifecycle.uninstall("lost", &everything, &bed.context).await.unwrap();
}

#[tokio::test]
async fn only_the_finalizers_of_the_mesh_itself_are_taken_away() {
    let Some(bed) = shared().await else { return };
    let yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: held }\n";
    let spec = of_mesh("appmesh", "1.13.3", text("held", "held", yaml));
    bed.install(&spec).await.unwrap();
    let path = "/api/v1/namespaces/held/configmaps/held";
    let (own, foreign) = ("finalizers.appmesh.k8s.aws/mesh-members", "shop.example.com/accounts");
    bed.merge(path, "controller", &json!({ "metadata": { "finalizers": [own, foreign] } })).await.unwrap();
    let options =
        OperationOptions { remove_finalizers: true, object_timeout: Duration::from_secs(2), ..bed.options.clone() };
    let error = bed.lifecycle.uninstall("held", &options, &bed.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains(foreign) && !error.to_string().contains(own), "{error}");
    bed.merge(path, "controller", &json!({ "metadata": { "finalizers": null } })).await.unwrap();
    bed.uninstall("held").await.unwrap();
}

#[tokio::test]
async fn what_has_ended_is_refused_with_its_successors() {
    let Some(bed) = shared().await else { return };
    let spec = of_mesh("octarine", "1.0", InstanceSpec::new("octarine", "octarine", vec![]));
    let error = bed.install(&spec).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("istio"), "{error}");
}

#[tokio::test]
async fn what_is_refused_is_known_before_the_first_write() {
    let Some(bed) = shared().await else { return };
    let good = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: \"VALUE\" }\n";
    let bad = "apiVersion: v1\nkind: Service\nmetadata: { name: b }\nspec: { ports: [{ port: 70000 }] }\n";
    let elsewhere = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: later }\n";
    bed.install(&text("try", "try", good.replace("VALUE", "1"))).await.unwrap();
    let wanted = text("try", "try", format!("{}---\n{bad}---\n{elsewhere}", good.replace("VALUE", "2")));
    let options = OperationOptions { rehearse: true, ..bed.options.clone() };
    let value = async || bed.value("/api/v1/namespaces/try/configmaps/a").await["data"]["a"].clone();
    let error = bed.lifecycle.install(&wanted, &options, &bed.context).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("70000"), "{error}");
    assert_eq!(value().await, "1");
    let plan = bed.lifecycle.plan(&wanted, &options, &bed.context).await.unwrap();
    assert!(plan.notes.iter().any(|note| note.contains("rehearsed: 3 writes; not 1")), "{:?}", plan.notes);
    // Without a rehearsal it is found half way.
    let error = bed.install(&wanted).await.unwrap_err();
    assert!(error.to_string().contains("70000"), "{error}");
    let fine = text("try", "try", good.replace("VALUE", "3"));
    let report = bed.lifecycle.install(&fine, &options, &bed.context).await.unwrap();
    assert!(!report.updated.is_empty() && value().await == "3", "{report:?}");
    bed.uninstall("try").await.unwrap();
}
