//! One GET over one connection.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use meshery_core::{Error, ErrorKind, Result};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, ToSocketAddrs};

use crate::process::wait::within;

/// The longest answer that is read.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        self.status < 400
    }

    /// Whether the client is refused as who it is; every other failure is somebody's trouble.
    pub(super) fn is_refusal(&self) -> bool {
        [401, 403].contains(&self.status)
    }
}

/// A request header.
pub(super) type Header<'a> = (&'static str, &'a str);

/// A GET on a loopback port, within a time limit.
pub(crate) async fn get_local(port: u16, path: &str, limit: Duration) -> Result<Answer> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    within(limit, &format!("GET http://{address}{path}"), async {
        get(connect(address).await?, &address.to_string(), path, None).await
    })
    .await
}

/// Opens a connection.
pub(super) async fn connect(address: impl ToSocketAddrs + std::fmt::Display) -> Result<TcpStream> {
    let place = address.to_string();
    TcpStream::connect(address)
        .await
        .map_err(|error| Error::new(ErrorKind::Unreachable, format!("no connection: {error}")).at(place).because(error))
}

/// A GET over an open connection, which is closed afterwards.
pub(super) async fn get<S>(stream: S, host: &str, path: &str, header: Option<Header<'_>>) -> Result<Answer>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = Request::get(path).header("host", host).header("connection", "close");
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let request = request.body(Empty::<Bytes>::new()).map_err(broken)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let exchange = async move {
        let answer = sender.send_request(request).await.map_err(broken)?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await;
        let body = body.map_err(|error| Error::new(ErrorKind::Protocol, error.to_string()).because(error))?.to_bytes();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    };
    // The connection's own end says nothing that the exchange does not say better.
    let (answer, _) = tokio::join!(exchange, connection);
    answer
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let mut words = vec![error.to_string()];
    let mut source = error.source();
    while let Some(inner) = source {
        words.push(inner.to_string());
        source = inner.source();
    }
    Error::new(ErrorKind::Protocol, words.join(": ")).because(error)
}
