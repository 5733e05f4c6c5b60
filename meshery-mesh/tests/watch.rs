//! A watch has no gap, whatever becomes of its connections. The faults are scripted: no real server can be made to forget
//! or to hang up at a certain byte.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use meshery_core::{Error, ErrorKind, Result};
use meshery_mesh::cluster::{Answer, Change, Chunks, Cluster, Request, Transport, Watch};
use serde_json::{Value, json};

/// Gives the answers of a script, and remembers what was asked.
#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<(u16, Vec<Part>)>>,
    asked: Mutex<Vec<String>>,
}

/// A part of a body.
#[derive(Clone)]
enum Part {
    Text(String),
    Cut,
    /// Nothing more comes, and the connection stays.
    Silence,
}

struct Body(VecDeque<Part>);

#[async_trait]
impl Chunks for Body {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if let Some(Part::Silence) = self.0.front() {
            std::future::pending::<()>().await;
        }
        match self.0.pop_front() {
            Some(Part::Text(text)) => Ok(Some(text.into())),
            Some(_) => Err(Error::new(ErrorKind::Unreachable, "cut off")),
            None => Ok(None),
        }
    }
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: Request) -> Result<Answer> {
        self.asked.lock().unwrap().push(request.target);
        let next = self.answers.lock().unwrap().pop_front();
        let (status, parts) = next.ok_or_else(|| Error::new(ErrorKind::Unreachable, "the script is over"))?;
        Ok(Answer { status, retry_after: None, date: None, body: Box::new(Body(parts.into())) })
    }
}

fn watch(answers: impl IntoIterator<Item = (u16, Vec<Part>)>) -> (Watch, Arc<Script>) {
    let script = Arc::new(Script { answers: Mutex::new(answers.into_iter().collect()), ..Script::default() });
    (Watch::new(&Cluster::over(script.clone()), Request::get("/api/v1/configmaps")), script)
}

fn config(name: &str, version: u32) -> Value {
    let metadata = json!({ "name": name, "resourceVersion": version.to_string() });
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata })
}

fn event(kind: &str, object: &Value) -> String {
    format!("{}\n", json!({ "type": kind, "object": object }))
}

fn added(name: &str, version: u32) -> Part {
    Part::Text(event("ADDED", &config(name, version)))
}

fn end_of_list(version: u32) -> Part {
    let metadata =
        json!({ "resourceVersion": version.to_string(), "annotations": { "k8s.io/initial-events-end": "true" } });
    Part::Text(event("BOOKMARK", &json!({ "kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata })))
}

fn gone_status() -> Value {
    json!({ "kind": "Status", "code": 410, "reason": "Expired", "message": "too old" })
}

/// What the watch says, in short, until the script is over.
async fn told(watch: &mut Watch) -> Vec<String> {
    let mut said = Vec::new();
    while let Ok(change) = watch.next().await {
        said.push(match change {
            Change::Seen(object) => format!("{}@{}", object.name(), object.resource_version()),
            Change::Gone(object) => format!("-{}", object.name()),
            Change::Synced => "synced".into(),
        });
    }
    said
}

#[tokio::test]
async fn a_list_streams_in_and_changes_follow() {
    let modified = Part::Text(event("MODIFIED", &config("a", 7)) + &event("DELETED", &config("b", 8)));
    let (mut watch, script) = watch([(200, vec![added("a", 1), added("b", 2), end_of_list(5), modified])]);
    assert_eq!(told(&mut watch).await, ["a@1", "b@2", "synced", "a@7", "-b"]);
    let asked = script.asked.lock().unwrap();
    assert!(asked[0].contains("sendInitialEvents=true") && asked[0].contains("watch=true"), "{asked:?}");
    assert!(asked[1].ends_with("&resourceVersion=8"), "it goes on where it ended: {asked:?}");
}

#[tokio::test]
async fn a_server_that_cannot_stream_lists_is_asked_in_the_old_way() {
    for refusal in [400, 422] {
        let item = json!({ "metadata": { "name": "a", "resourceVersion": "3" } });
        let list = json!({ "apiVersion": "v1", "kind": "ConfigMapList", "metadata": { "resourceVersion": "4" }, "items": [item] });
        let answers = [(refusal, vec![]), (200, vec![Part::Text(list.to_string())]), (200, vec![added("b", 6)])];
        let (mut watch, script) = watch(answers);
        assert_eq!(told(&mut watch).await, ["a@3", "synced", "b@6"]);
        let asked = script.asked.lock().unwrap();
        assert_eq!(asked[1], "/api/v1/configmaps");
        assert!(asked[2].ends_with("&resourceVersion=4"), "{asked:?}");
    }
}

#[tokio::test]
async fn events_may_be_cut_anywhere() {
    let whole = event("ADDED", &config("a", 1)) + &event("MODIFIED", &config("a", 2));
    for place in 0..=whole.len() {
        let (first, second) = whole.split_at(place);
        let parts = vec![end_of_list(0), Part::Text(first.into()), Part::Text(second.into())];
        let (mut watch, _) = watch([(200, parts)]);
        assert_eq!(told(&mut watch).await, ["synced", "a@1", "a@2"], "cut at {place}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_goes_on_where_it_was() {
    for end in [vec![], vec![Part::Cut], vec![Part::Text("{\"type\":\"ADD".into()), Part::Cut]] {
        let mut first = vec![added("a", 1), end_of_list(5), added("b", 6)];
        first.extend(end);
        let (mut watch, script) = watch([(200, first), (200, vec![added("c", 7)])]);
        assert_eq!(told(&mut watch).await, ["a@1", "synced", "b@6", "c@7"]);
        assert!(script.asked.lock().unwrap()[1].ends_with("&resourceVersion=6"));
    }
}

#[tokio::test]
async fn half_a_list_is_none() {
    let whole = vec![added("a", 1), added("b", 2), end_of_list(5)];
    let (mut watch, _) = watch([(200, vec![added("a", 1), Part::Cut]), (200, whole)]);
    assert_eq!(told(&mut watch).await, ["a@1", "b@2", "synced"], "what was said once is not said again");
}

#[tokio::test]
async fn what_happened_while_the_server_forgot_is_found_out() {
    let forgotten =
        [(410, vec![Part::Text(gone_status().to_string())]), (200, vec![Part::Text(event("ERROR", &gone_status()))])];
    for answer in forgotten {
        let first = vec![added("a", 1), added("b", 2), added("c", 3), end_of_list(5)];
        let again = vec![added("a", 1), added("b", 9), added("d", 8), end_of_list(20)];
        let (mut watch, _) = watch([(200, first), answer, (200, again)]);
        assert_eq!(told(&mut watch).await, ["a@1", "b@2", "c@3", "synced", "b@9", "d@8", "-c"]);
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_said_and_may_be_tried_again() {
    let forbidden = json!({ "kind": "Status", "code": 403, "reason": "Forbidden", "message": "no" }).to_string();
    let (mut watch, _) = watch([(403, vec![Part::Text(forbidden)]), (200, vec![end_of_list(1), Part::Silence])]);
    let error = watch.next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(watch.next().await.unwrap(), Change::Synced);
}

#[tokio::test]
async fn waiting_may_be_given_up_without_loss() {
    let (mut watch, _) =
        watch([(200, vec![added("a", 1), end_of_list(1), Part::Text("{\"type\":".into()), Part::Silence])]);
    assert_eq!(watch.sync().await.unwrap().len(), 1);
    for _ in 0..3 {
        let waited = tokio::time::timeout(std::time::Duration::from_millis(5), watch.next()).await;
        assert!(waited.is_err(), "{waited:?}");
    }
    assert_eq!(watch.known().len(), 1);
}

#[tokio::test]
async fn nonsense_is_an_error() {
    for nonsense in ["\n", "{}\n", "[1]\n", "{\"type\":\"ADDED\",\"object\":{}}\n"] {
        let (mut watch, _) = watch([(200, vec![Part::Text(nonsense.into())])]);
        let error = watch.next().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Protocol | ErrorKind::InvalidInput), "{nonsense:?}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_at_once_is_not_asked_in_a_circle() {
    let (mut watch, script) =
        watch([(200, vec![]), (200, vec![Part::Cut]), (200, vec![end_of_list(1), Part::Silence])]);
    for asked in 1..=2 {
        assert_eq!(watch.next().await.unwrap_err().kind(), ErrorKind::Unreachable);
        assert_eq!(script.asked.lock().unwrap().len(), asked);
    }
    assert_eq!(watch.next().await.unwrap(), Change::Synced);
}
