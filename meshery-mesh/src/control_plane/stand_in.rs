//! A stand-in for a webhook or an aggregated API whose own server cannot run here. It is a mock, and says so: it shows
//! how the API server and whoever works with it deal with an answer, a denial, a silence or an absence.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use meshery_core::lifecycle::{Holder, OptIn};
use meshery_core::{Object, Result};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::Service;
use crate::cluster::{self, Cluster};
use crate::pki::{Authority, Name, Subject};
use crate::tls;

/// How a stand-in behaves.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Conduct {
    /// Takes everything in: reviews are allowed, and everything else is answered with an empty object.
    #[default]
    Answer,
    /// Reviews are denied, in these words; everything else is answered with status 503.
    Deny(String),
    /// Takes the request and never answers.
    Hang,
    /// Puts a container into pods that ask for it, or whose namespaces do, as the injector of a mesh would; otherwise as
    /// [`Answer`](Self::Answer).
    Inject {
        /// How it is asked for.
        opt_ins: Vec<OptIn>,
        /// The container.
        container: String,
    },
    /// Closes every connection before a word is said.
    Absent,
}

/// A server that stands in for a service of a control plane; gone with the control plane.
///
/// ```no_run
/// use meshery_mesh::ControlPlane;
/// use meshery_mesh::control_plane::{Conduct, Service};
///
/// # async fn example(control_plane: &ControlPlane) -> meshery_core::Result<()> {
/// let webhook = control_plane.stand_in(Service::new("nsm-system", "admission-webhook-svc", 443)).await?;
/// webhook.behave(Conduct::Deny("not today".into()));
/// // Whoever calls it has to trust it: this goes into the `caBundle`, in base64.
/// println!("{}", webhook.authority_pem());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct StandIn {
    address: SocketAddr,
    authority: String,
    conduct: Arc<Mutex<Conduct>>,
    reviews: Arc<Mutex<Vec<Value>>>,
}

impl StandIn {
    pub(super) fn start(service: &Service, cluster: Cluster) -> Result<Self> {
        let authority = Authority::new("meshery stand-in")?;
        let name = format!("{}.{}.svc", service.name, service.namespace);
        let subject = Subject { common_name: &name, organization: "", names: &[Name::Dns(&name)] };
        let identity = authority.issue(&subject)?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let stand_in = Self {
            address: listener.local_addr()?,
            authority: authority.pem(),
            conduct: Arc::default(),
            reviews: Arc::default(),
        };
        let acceptor = tls::acceptor(&identity)?;
        let (conduct, reviews) = (Arc::clone(&stand_in.conduct), Arc::clone(&stand_in.reviews));
        let listener = tokio::net::TcpListener::from_std(listener)?;
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (conduct, reviews, cluster) = (Arc::clone(&conduct), Arc::clone(&reviews), cluster.clone());
                let desk = Desk { conduct, reviews, cluster };
                let acceptor = acceptor.clone();
                tokio::spawn(async move { desk.attend(stream, &acceptor).await });
            }
        });
        Ok(stand_in)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of the authority that vouches for it, as PEM.
    pub fn authority_pem(&self) -> &str {
        &self.authority
    }

    /// Behaves so from the next request on.
    pub fn behave(&self, conduct: Conduct) {
        *self.conduct.lock().unwrap_or_else(PoisonError::into_inner) = conduct;
    }

    /// The admission reviews that it was asked for, in order.
    pub fn reviews(&self) -> Vec<Value> {
        self.reviews.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Who attends to one connection.
#[derive(Clone)]
struct Desk {
    conduct: Arc<Mutex<Conduct>>,
    reviews: Arc<Mutex<Vec<Value>>>,
    cluster: Cluster,
}

impl Desk {
    fn conduct(&self) -> Conduct {
        self.conduct.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a pod asks for a container, or its namespace does, and has none yet.
    async fn asks(&self, request: &Value, opt_ins: &[OptIn], container: &str) -> bool {
        let containers = request.pointer("/object/spec/containers").and_then(Value::as_array);
        let has_it = containers.into_iter().flatten().any(|has| has["name"] == container);
        if request["kind"]["kind"] != "Pod" || has_it {
            return false;
        }
        let with = |holder: Holder, object: Value| {
            let object = Object::new(object).ok();
            let mut fitting = opt_ins.iter().filter(|opt_in| opt_in.on == holder);
            object.is_some_and(|object| fitting.any(|opt_in| opt_in.is_on(&object)))
        };
        // A pod that is made by a controller has no name yet.
        let mut pod = request["object"].clone();
        (pod["apiVersion"], pod["kind"], pod["metadata"]["name"]) = ("v1".into(), "Pod".into(), "pod".into());
        if with(Holder::Pod, pod) {
            return true;
        }
        let path = format!("/api/v1/namespaces/{}", request["namespace"].as_str().unwrap_or_default());
        let seen = async { self.cluster.send(cluster::Request::get(path)).await?.json::<Value>().await }.await;
        seen.is_ok_and(|namespace| with(Holder::Namespace, namespace))
    }

    async fn attend(self, stream: TcpStream, acceptor: &TlsAcceptor) {
        if self.conduct() == Conduct::Absent {
            return;
        }
        let Ok(stream) = acceptor.accept(stream).await else { return };
        let answer = service_fn(move |request| {
            let desk = self.clone();
            async move { desk.answer(request).await }
        });
        // A connection ends as it ends.
        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
    }

    async fn answer(&self, request: Request<Incoming>) -> std::result::Result<Response<Full<Bytes>>, hyper::Error> {
        // Only whoever is asked to change something may: the server takes nothing else from the others.
        let changes = !request.uri().path().contains("validat");
        let body = request.into_body().collect().await?.to_bytes();
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let is_review = asked["kind"] == "AdmissionReview";
        if is_review {
            self.reviews.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
        }
        let (status, answer) = match self.conduct() {
            Conduct::Hang | Conduct::Absent => std::future::pending().await,
            Conduct::Inject { opt_ins, container }
                if is_review && changes && self.asks(&asked["request"], &opt_ins, &container).await =>
            {
                (200, review(&asked, &injecting(&container)))
            }
            Conduct::Answer | Conduct::Inject { .. } if is_review => (200, review(&asked, &json!({ "allowed": true }))),
            Conduct::Deny(words) if is_review => {
                (200, review(&asked, &json!({ "allowed": false, "status": { "message": words } })))
            }
            Conduct::Answer | Conduct::Inject { .. } => (200, json!({})),
            Conduct::Deny(_) => (503, json!({})),
        };
        let mut response = Response::new(Full::from(answer.to_string()));
        *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
        response
            .headers_mut()
            .insert(hyper::header::CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
        Ok(response)
    }
}

/// The answer that has a container put into a pod.
fn injecting(container: &str) -> Value {
    let operation =
        json!({ "op": "add", "path": "/spec/containers/-", "value": { "name": container, "image": "stand-in" } });
    let patch = STANDARD.encode(json!([operation]).to_string());
    json!({ "allowed": true, "patchType": "JSONPatch", "patch": patch })
}

fn review(asked: &Value, response: &Value) -> Value {
    let mut response = response.clone();
    response["uid"] = asked["request"]["uid"].clone();
    json!({ "apiVersion": asked["apiVersion"], "kind": "AdmissionReview", "response": response })
}
