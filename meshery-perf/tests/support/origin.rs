//! A real HTTP server (hyper) on loopback, plain, inside TLS or on a Unix socket; and certificates for it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use meshery_core::network::{Identity, Pem, Tls};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub authorization: Option<String>,
    pub body: Bytes,
}

pub type Answer = Response<Full<Bytes>>;
type Handler = Arc<dyn Fn(Seen) -> Answer + Send + Sync>;

pub fn ok(body: impl Into<Bytes>) -> Answer {
    Response::new(Full::new(body.into()))
}

/// What a server does with a new connection.
pub enum Greeting {
    Plain,
    Tls(Arc<ServerConfig>),
    /// Nothing, ever; the connection stays open.
    Silence,
}

pub struct Origin {
    pub address: SocketAddr,
    pub connections: Arc<AtomicU64>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Origin {
    pub fn plain(handler: impl Fn(Seen) -> Answer + Send + Sync + 'static) -> Self {
        Self::start(None, handler)
    }

    pub fn start(tls: Option<ServerConfig>, handler: impl Fn(Seen) -> Answer + Send + Sync + 'static) -> Self {
        let tls = tls.map(Arc::new);
        let greet = move |_| tls.as_ref().map_or(Greeting::Plain, |config| Greeting::Tls(Arc::clone(config)));
        Self::greeting(greet, handler)
    }

    /// A server that greets its n-th connection (from 0) in its own way.
    pub fn greeting(
        greet: impl Fn(u64) -> Greeting + Send + 'static,
        handler: impl Fn(Seen) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let runtime = runtime();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicU64::new(0));
        let (handler, counted): (Handler, _) = (Arc::new(handler), Arc::clone(&connections));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let greeting = greet(counted.fetch_add(1, Ordering::SeqCst));
                let handler = Arc::clone(&handler);
                tokio::spawn(async move {
                    match greeting {
                        Greeting::Plain => serve(stream, handler).await,
                        Greeting::Tls(config) => {
                            if let Ok(stream) = tokio_rustls::TlsAcceptor::from(config).accept(stream).await {
                                serve(stream, handler).await;
                            }
                        }
                        Greeting::Silence => std::future::pending().await,
                    }
                });
            }
        });
        Self { address, connections, runtime: Some(runtime) }
    }

    /// The same on a Unix socket.
    pub fn unix(path: PathBuf, handler: impl Fn(Seen) -> Answer + Send + Sync + 'static) -> Self {
        let runtime = runtime();
        let listener = {
            let _inside = runtime.enter();
            tokio::net::UnixListener::bind(path).unwrap()
        };
        let handler: Handler = Arc::new(handler);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&handler)));
            }
        });
        Self { address: ([127, 0, 0, 1], 0).into(), connections: Arc::default(), runtime: Some(runtime) }
    }

    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}/", self.address)
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, handler: Handler) {
    let service = service_fn(move |request: Request<Incoming>| {
        let handler = Arc::clone(&handler);
        async move {
            let path = request.uri().to_string();
            let authorization = request.headers().get(hyper::header::AUTHORIZATION);
            let authorization = authorization.and_then(|value| value.to_str().ok()).map(str::to_owned);
            let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            Ok::<_, Infallible>(handler(Seen { path, authorization, body }))
        }
    });
    // HTTP/1.1 or HTTP/2, by what the client begins with.
    let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

/// An authority, and what it has signed.
pub struct Authority {
    certificate: rcgen::Certificate,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

impl Authority {
    pub fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: rcgen::Issuer::new(params, key) }
    }

    pub fn ca(&self) -> Pem {
        Pem::Text(self.certificate.pem())
    }

    /// A certificate for a name, and its key.
    pub fn sign(&self, name: &str) -> Identity {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![name.into()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity { certificate: Pem::Text(certificate.pem()), key: Pem::Text(key.serialize_pem()) }
    }

    /// TLS settings that trust this authority alone.
    pub fn trusted(&self) -> Tls {
        Tls { ca: Some(self.ca()), ..Tls::default() }
    }

    /// A server with a certificate for 127.0.0.1; `mutual`: one that wants to know its clients.
    pub fn server(&self, mutual: bool) -> ServerConfig {
        let identity = self.sign("127.0.0.1");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
        let builder = if mutual {
            let mut roots = RootCertStore::empty();
            roots.add(self.certificate.der().clone()).unwrap();
            let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let text = |pem: &Pem| match pem {
            Pem::Text(text) => text.clone().into_bytes(),
            Pem::File(path) => std::fs::read(path).unwrap(),
        };
        let chain = vec![CertificateDer::from_pem_slice(&text(&identity.certificate)).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(&text(&identity.key)).unwrap();
        let mut config = builder.with_single_cert(chain, key).unwrap();
        config.alpn_protocols = vec![b"h2".into(), b"http/1.1".into()];
        config
    }
}
