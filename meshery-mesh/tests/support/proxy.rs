//! A proxy in front of the real API server that breaks what it carries, on the wire.
#![allow(unreachable_pub, dead_code, reason = "shared by several test programs")]

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use meshery_mesh::cluster::{Answer, Cluster, ClusterOptions, Credentials, Method, Request};
use serde_json::json;
use tokio::sync::mpsc;

/// What befalls a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It is answered with this status, and never reaches the server.
    Status(u16),
    /// It is answered with 429, and the client is asked to stay away for a second.
    TooMany,
    /// The connection is reset before it reaches the server.
    ResetBefore,
    /// The server does it, and the connection is reset before anybody hears of it.
    ResetAfter,
    /// The answer ends in the middle.
    Cut,
    /// A watch is told that its version is too old.
    Expired,
    /// A list is one from before.
    Stale,
    /// Somebody else changes the object just before.
    Overtaken,
}

type Judge = Arc<dyn Fn(u64, &str, &str) -> Option<Fault> + Send + Sync>;

pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

struct State {
    cluster: Cluster,
    judge: Mutex<Judge>,
    counts: Mutex<(u64, BTreeMap<Fault, u64>)>,
    /// The first answers to lists, to be given again.
    lists: Mutex<BTreeMap<String, Bytes>>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    pub async fn before(cluster: &Cluster) -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let judge: Judge = Arc::new(|_, _, _| None);
        let state = Arc::new(State {
            cluster: cluster.clone(),
            judge: Mutex::new(judge),
            counts: Mutex::default(),
            lists: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // What is closed is reset: whoever waits is told at once.
                let _ = stream.set_zero_linger();
                let state = Arc::clone(&shared);
                tokio::spawn(async move {
                    let serve = service_fn(move |request| carry(Arc::clone(&state), request));
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), serve).await;
                });
            }
        });
        Self { address, state, task }
    }

    /// From now on requests, counted from 1, are judged so.
    pub fn judge(&self, judge: impl Fn(u64, &str, &str) -> Option<Fault> + Send + Sync + 'static) {
        *self.state.judge.lock().unwrap() = Arc::new(judge);
        *self.state.counts.lock().unwrap() = Default::default();
    }

    /// How many requests came, and what befell how many of them.
    pub fn counts(&self) -> (u64, BTreeMap<Fault, u64>) {
        self.state.counts.lock().unwrap().clone()
    }

    /// A connection through it.
    pub async fn cluster(&self) -> Cluster {
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "proxy",
            "clusters": [{ "name": "proxy", "cluster": { "server": format!("http://{}", self.address) } }],
            "users": [{ "name": "proxy", "user": {} }],
            "contexts": [{ "name": "proxy", "context": { "cluster": "proxy", "user": "proxy" } }],
        });
        let options =
            ClusterOptions { credentials: Credentials::Text(kubeconfig.to_string()), ..ClusterOptions::default() };
        Cluster::connect(&options).await.unwrap()
    }
}

/// A body that comes in parts, and may end in an error.
struct Parts(mpsc::Receiver<io::Result<Bytes>>);

impl Body for Parts {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|part| part.map(|part| part.map(Frame::data)))
    }
}

fn whole(status: u16, body: Bytes) -> Response<Parts> {
    let (sender, receiver) = mpsc::channel(1);
    let _ = sender.try_send(Ok(body));
    let mut response = Response::new(Parts(receiver));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

fn reset() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "reset by the proxy")
}

async fn carry(state: Arc<State>, request: hyper::Request<Incoming>) -> io::Result<Response<Parts>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let target = head.uri.path_and_query().unwrap().as_str().to_owned();
    let fault = befall(&state, head.method.as_str(), &target);
    match fault {
        Some(Fault::Status(status)) => return Ok(whole(status, problem(status))),
        Some(Fault::TooMany) => {
            let mut response = whole(429, problem(429));
            response.headers_mut().insert("retry-after", hyper::header::HeaderValue::from_static("1"));
            return Ok(response);
        }
        Some(Fault::ResetBefore) => return Err(reset()),
        Some(Fault::Expired) => {
            let status =
                json!({ "kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version" });
            return Ok(whole(200, format!("{}\n", json!({ "type": "ERROR", "object": status })).into()));
        }
        Some(Fault::Stale) => return Ok(whole(200, state.lists.lock().unwrap()[&target].clone())),
        Some(Fault::Overtaken) => overtake(&state, &target).await?,
        Some(Fault::ResetAfter | Fault::Cut) | None => {}
    }
    let sent = Request {
        method: match head.method.as_str() {
            "DELETE" => Method::Delete,
            "PATCH" => Method::Patch,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            _ => Method::Get,
        },
        target: target.clone(),
        accept: head.headers.get("accept").map(|accept| leaked(accept.to_str().unwrap())),
        body: head.headers.get("content-type").map(|kind| (leaked(kind.to_str().unwrap()), body.to_vec())),
    };
    let answer = state.cluster.send(sent).await.map_err(io::Error::other)?;
    if fault == Some(Fault::ResetAfter) {
        // A watch has no end to wait for.
        if !target.contains("watch=true") {
            answer.body().await.ok();
        }
        return Err(reset());
    }
    if target.contains("watch=true") {
        Ok(streamed(answer, fault))
    } else {
        answered(&state, answer, target, fault).await
    }
}

/// Writes to the object as a controller does that knows nothing of anybody else.
async fn overtake(state: &State, target: &str) -> io::Result<()> {
    let path = target.split('?').next().unwrap_or_default();
    let change = json!({ "metadata": { "annotations": { "overtaken": "yes" } } });
    let request = Request::new(Method::Patch, path).query("fieldManager", "controller");
    let request = request.body("application/merge-patch+json", change.to_string().into_bytes());
    state.cluster.send(request).await.map_err(io::Error::other)?.body().await.map_err(io::Error::other).map(drop)
}

/// What befalls a request: not everything can befall everybody.
fn befall(state: &State, method: &str, target: &str) -> Option<Fault> {
    let mut counts = state.counts.lock().unwrap();
    counts.0 += 1;
    let watches = target.contains("watch=true");
    let fault = (state.judge.lock().unwrap())(counts.0, method, target).filter(|fault| match fault {
        // Who only looks conflicts with nobody.
        Fault::Status(409) => matches!(method, "PATCH" | "DELETE"),
        Fault::Expired => watches,
        Fault::Stale => method == "GET" && !watches && state.lists.lock().unwrap().contains_key(target),
        _ => true,
    })?;
    *counts.1.entry(fault).or_default() += 1;
    Some(fault)
}

/// A watch, perhaps to its middle.
fn streamed(mut answer: Answer, fault: Option<Fault>) -> Response<Parts> {
    let (sender, receiver) = mpsc::channel(4);
    let mut response = Response::new(Parts(receiver));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    tokio::spawn(async move {
        let mut taken = 0;
        while let Ok(Some(part)) = answer.body.next().await {
            taken += part.len();
            let is_cut = fault == Some(Fault::Cut) && taken > 2000;
            let part = if is_cut { Err(reset()) } else { Ok(part) };
            if sender.send(part).await.is_err() || is_cut {
                return;
            }
        }
    });
    response
}

/// An answer with an end, perhaps to its middle.
async fn answered(
    state: &State,
    mut answer: Answer,
    target: String,
    fault: Option<Fault>,
) -> io::Result<Response<Parts>> {
    let mut all = Vec::new();
    while let Some(part) = answer.body.next().await.map_err(io::Error::other)? {
        all.extend_from_slice(&part);
    }
    if answer.status == 200 {
        state.lists.lock().unwrap().entry(target).or_insert_with(|| all.clone().into());
    }
    let (sender, receiver) = mpsc::channel(2);
    if fault == Some(Fault::Cut) {
        all.truncate(all.len() / 2);
        let _ = sender.try_send(Ok(all.into()));
        let _ = sender.try_send(Err(reset()));
    } else {
        let _ = sender.try_send(Ok(all.into()));
    }
    let mut response = Response::new(Parts(receiver));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    Ok(response)
}

fn problem(status: u16) -> Bytes {
    let reason = match status {
        409 => "Conflict",
        429 => "TooManyRequests",
        _ => "InternalError",
    };
    json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status, "reason": reason, "message": "by the proxy" }).to_string().into()
}

/// Requests name their headers for ever; tests end soon.
fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}
