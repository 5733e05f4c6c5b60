//! What another installer has made, taken over by the engine and given back, step by step.
#![allow(
    unreachable_pub,
    dead_code,
    clippy::explicit_write,
    reason = "shared by several test programs, and past the harness"
)]

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Duration;

use meshery_core::{ErrorKind, InstanceSpec, Object, ObjectId, OperationOptions, OperationReport};
use meshery_mesh::cluster::Discovery;
use meshery_mesh::lifecycle::{Lifecycle, health};
use serde_json::{Value, json};

use super::bed::Bed;

/// By what kubectl knows again what it has applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
const PART_OF: &str = "applyset.kubernetes.io/part-of";

pub struct Takeover<'a> {
    pub bed: &'a Bed,
    pub lifecycle: Lifecycle,
    /// Without `adopt`.
    pub options: OperationOptions,
    /// What is taken over from whom, for whoever reads the figures.
    pub case: &'a str,
    /// The name by which the former installer writes.
    pub former: &'a str,
    /// Where its pods are.
    pub namespace: &'a str,
}

impl Takeover<'_> {
    fn say(&self, step: &str, words: &str) {
        writeln!(std::io::stderr(), "ADOPTION {} | {step} | {words}", self.case).unwrap();
    }

    fn adopting(&self) -> OperationOptions {
        OperationOptions { adopt: true, ..self.options.clone() }
    }

    /// The pods of everything that runs on, once all of it is as it is wanted.
    pub async fn pods(&self) -> BTreeSet<String> {
        let ready = async {
            for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
                let path = format!("/apis/apps/v1/namespaces/{}/{}s", self.namespace, kind.to_lowercase());
                while !items(&self.bed.value(&path).await).all(|workload| is_ready(kind, workload)) {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), ready).await.unwrap();
        let pods = self.bed.value(&format!("/api/v1/namespaces/{}/pods", self.namespace)).await;
        let stays = |pod: &&Value| {
            let is_of_job = pod["metadata"]["ownerReferences"][0]["kind"] == "Job";
            !is_of_job && pod["metadata"].get("deletionTimestamp").is_none()
        };
        items(&pods).filter(stays).map(|pod| pod["metadata"]["uid"].as_str().unwrap().to_owned()).collect()
    }

    /// Without being asked to, nobody takes anything over; but it is said that one could.
    pub async fn refused(&self, spec: &InstanceSpec) {
        let error = self.lifecycle.install(spec, &self.options, &self.bed.context).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        let words = error.to_string();
        assert!(words.contains(&format!("made by {}", self.former)) && words.contains("can be adopted"), "{words}");
    }

    /// Takes everything over: nothing is made anew, nobody restarts, no field is left to the former installer, and a
    /// second time there is nothing to be written.
    pub async fn adopt(&self, spec: &InstanceSpec) -> OperationReport {
        let (pods, from) = (self.pods().await, self.bed.mark().await);
        let report = self.lifecycle.install(spec, &self.adopting(), &self.bed.context).await;
        let report = report.unwrap_or_else(|error| panic!("{}: {error}", self.case));
        let until = self.bed.mark().await;
        assert_eq!(report.created, [], "{}", self.case);
        assert_eq!(self.pods().await, pods, "{}: somebody was restarted", self.case);
        for object in self.objects(&report.updated).await {
            let managers = managers(&object);
            assert!(!managers.contains(self.former), "{object}: {managers:?}");
            assert!(managers.contains(&spec.field_manager()), "{object}: {managers:?}");
            assert!(object.annotation(LAST_APPLIED).is_none(), "{object}");
        }
        let from_then = self.bed.mark().await;
        let again = self.lifecycle.install(spec, &self.options, &self.bed.context).await.unwrap();
        let writes: Vec<_> = self.bed.requests(from_then, self.bed.mark().await);
        assert!(!again.changed_anything() && !writes.iter().any(meshery_core::AuditedRequest::writes), "{again:?}");
        let requests = self.bed.requests(from, until);
        let written = requests.iter().filter(|request| request.writes()).count();
        let words = format!("{} objects, {} requests, {written} of them writes", report.updated.len(), requests.len());
        self.say("adopted", &words);
        report
    }

    /// To what is wanted otherwise.
    pub async fn upgrade(&self, spec: &InstanceSpec) -> OperationReport {
        let report = self.lifecycle.upgrade(spec, &self.options, &self.bed.context).await;
        let report = report.unwrap_or_else(|error| panic!("{}: {error}", self.case));
        let (created, updated, deleted) = (report.created.len(), report.updated.len(), report.deleted.len());
        self.say("upgraded", &format!("{created} created, {updated} updated, {deleted} deleted"));
        report
    }

    /// Gives it back: the former installer owns it as before, and we nothing.
    pub async fn give_back(&self, spec: &InstanceSpec, adopted: &[ObjectId]) {
        let given = self.lifecycle.hand_back(&spec.name, &self.options, &self.bed.context).await.unwrap();
        for object in self.objects(adopted).await {
            let managers = managers(&object);
            assert!(managers.contains(self.former), "{object}: {managers:?}");
            assert!(!managers.contains(&spec.field_manager()), "{object}: {managers:?}");
            assert!(object.label(PART_OF).is_none(), "{object}");
        }
        assert!(adopted.iter().all(|id| given.contains(id)), "{given:?}");
        self.say("handed back", &format!("{} objects", given.len()));
    }

    /// Removes it all.
    pub async fn remove(&self, spec: &InstanceSpec) -> OperationReport {
        let options =
            OperationOptions { wait: true, remove_definitions: true, remove_data: true, ..self.options.clone() };
        let report = self.lifecycle.uninstall(&spec.name, &options, &self.bed.context).await.unwrap();
        assert!(report.kept.is_empty(), "{:?}", report.kept);
        let residue: Vec<String> = report.residue.iter().map(|residue| residue.object.to_string()).collect();
        self.say("gone", &format!("{} deleted, and {residue:?}", report.deleted.len()));
        report
    }

    pub async fn objects(&self, ids: &[ObjectId]) -> Vec<Object> {
        let discovery = Discovery::read(&self.bed.cluster).await.unwrap();
        let mut objects = Vec::new();
        for id in ids {
            let path = discovery.preferred(&id.kind).unwrap().path(id.namespace.as_deref(), Some(&id.name));
            objects.push(self.bed.get(&path).await.unwrap_or_else(|error| panic!("{id}: {error}")));
        }
        objects
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list["items"].as_array().unwrap().iter()
}

/// An item of a list does not say what it is.
fn is_ready(kind: &str, workload: &Value) -> bool {
    let mut workload = workload.clone();
    (workload["apiVersion"], workload["kind"]) = (json!("apps/v1"), json!(kind));
    health(&Object::new(workload).unwrap()).is_ready()
}

/// Who owns fields of the object itself.
fn managers(object: &Object) -> BTreeSet<String> {
    let entries = object.items("/metadata/managedFields").iter();
    let of_itself = entries.filter(|entry| entry["subresource"].as_str().unwrap_or_default().is_empty());
    of_itself.map(|entry| entry["manager"].as_str().unwrap().to_owned()).collect()
}
