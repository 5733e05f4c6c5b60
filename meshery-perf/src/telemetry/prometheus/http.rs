//! One request and its answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use meshery_core::network::{Network, Tls};
use meshery_core::{Context, Error, ErrorKind, LoadSpec, Result};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::target::{Address, Scheme, Target};
use crate::tls;

const SCHEMES: &[Scheme] = &[Scheme::plain("http", Some(80)), Scheme::secure("https", Some(443))];
/// The largest answer that is read.
const LIMIT: usize = 256 << 20;
/// How often it is looked whether the caller has cancelled.
const LOOK: Duration = Duration::from_millis(20);

/// What opens a door; never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A user's name and password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token.
    Bearer(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic { .. } => "Basic(***)",
            Self::Bearer(_) => "Bearer(***)",
        })
    }
}

/// Where a Prometheus is, and how to be let in.
///
/// ```
/// use meshery_perf::telemetry::prometheus::Endpoint;
///
/// let endpoint = Endpoint::new("http://127.0.0.1:9090");
/// assert_eq!(endpoint.timeout.as_secs(), 30);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// `http://HOST:PORT` or `https://HOST:PORT`, with the path that it is served below, if any.
    pub url: String,
    /// The authority, and who we are, for `https`.
    pub tls: Option<Tls>,
    /// What opens the door.
    pub credentials: Option<Credentials>,
    /// How long a request may take.
    pub timeout: Duration,
}

impl Endpoint {
    /// Without credentials, with 30 seconds for a request.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), tls: None, credentials: None, timeout: Duration::from_secs(30) }
    }

    /// Where it is.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) at `target`.
    pub(super) fn target(&self) -> Result<Target> {
        Target::parse(&self.url, SCHEMES)
    }

    /// Asks for a path below the endpoint's own.
    pub(super) async fn get(&self, path: &str, context: &Context) -> Result<(StatusCode, Bytes)> {
        let cancelled = async {
            while !context.cancel.is_cancelled() {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::select! {
            answer = tokio::time::timeout(self.timeout, self.ask(path)) => answer.unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Timeout, "no answer in time").at(&self.url).expected(format!("{:?}", self.timeout)))
            }),
            () = cancelled => Err(Error::new(ErrorKind::Cancelled, "stopped by the caller")),
        }
    }

    async fn ask(&self, path: &str) -> Result<(StatusCode, Bytes)> {
        let target = self.target()?;
        let stream = self.connect(&target).await?;
        if !target.scheme.tls {
            return self.exchange(stream, &target, path).await;
        }
        let spec = LoadSpec { tls: self.tls.clone(), ..LoadSpec::new(&self.url) };
        let (config, name) = tls::Tls::settings(&spec, &target, &[b"http/1.1"])?;
        let name = rustls::pki_types::ServerName::try_from(name)
            .map_err(|error| Error::invalid("tls.server_name", error.to_string()))?;
        let failed = |error: std::io::Error| Error::new(ErrorKind::Tls, error.to_string()).at(&self.url);
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(failed)?;
        self.exchange(stream, &target, path).await
    }

    async fn connect(&self, target: &Target) -> Result<TcpStream> {
        let mut last = None;
        for address in target.resolve(&Network::default())? {
            let Address::Ip(address) = address else { continue };
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        let found = last.map_or_else(|| "no address".into(), |error| error.to_string());
        Err(Error::new(ErrorKind::Unreachable, "no connection could be opened").at(&self.url).found(found))
    }

    async fn exchange(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        target: &Target,
        path: &str,
    ) -> Result<(StatusCode, Bytes)> {
        let broken = |error: hyper::Error| Error::new(ErrorKind::Protocol, error.to_string()).at(&self.url);
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        let conversation = async {
            let request = self.request(target, path)?;
            let answer = sender.send_request(request).await.map_err(broken)?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LIMIT).collect().await.map_err(|error| {
                Error::new(ErrorKind::LimitExceeded, error.to_string()).at(&self.url).expected("at most 256 MiB")
            })?;
            Ok((status, body.to_bytes()))
        };
        tokio::pin!(connection);
        tokio::pin!(conversation);
        // The connection only moves while it is polled; it may end before the answer has been taken.
        tokio::select! {
            answer = &mut conversation => answer,
            _ = &mut connection => conversation.await,
        }
    }

    fn request(&self, target: &Target, path: &str) -> Result<Request<Empty<Bytes>>> {
        let below = target.path.trim_end_matches('/');
        let mut request = Request::get(format!("{below}{path}")).header(header::HOST, &target.authority);
        request = request.header(header::ACCEPT, "application/json");
        if let Some(credentials) = &self.credentials {
            request = request.header(header::AUTHORIZATION, authorization(credentials)?);
        }
        request.body(Empty::new()).map_err(|error| Error::invalid("url", error.to_string()).found(&self.url))
    }
}

fn authorization(credentials: &Credentials) -> Result<header::HeaderValue> {
    use base64::Engine as _;
    let text = match credentials {
        Credentials::Basic { user, password } => {
            format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
        }
        Credentials::Bearer(token) => format!("Bearer {token}"),
    };
    let mut value = header::HeaderValue::try_from(text)
        .map_err(|_| Error::invalid("credentials", "characters that no header may have"))?;
    value.set_sensitive(true);
    Ok(value)
}
