//! The way from the API server to services. There is no network of pods: whatever the server connects to within the
//! cluster comes through a socket of ours as `CONNECT ADDRESS:PORT`, and goes on to a local port or nowhere.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use meshery_core::{Error, Object, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpStream, UnixStream};

use crate::cluster::{Api, Cluster, Request, Watch};

/// The socket in the folder of the control plane.
pub(super) const SOCKET: &str = "egress.sock";
/// The longest head of a request that is read.
const HEAD_LIMIT: usize = 8 * 1024;

/// A port of a service.
///
/// ```
/// use meshery_mesh::control_plane::Service;
///
/// assert_eq!(Service::new("istio-system", "istiod", 443).to_string(), "istio-system/istiod:443");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Service {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The port, as the service offers it.
    pub port: u16,
}

impl Service {
    /// A port of a service.
    pub fn new(namespace: impl Into<String>, name: impl Into<String>, port: u16) -> Self {
        Self { namespace: namespace.into(), name: name.into(), port }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}:{}", self.namespace, self.name, self.port)
    }
}

/// Where services are.
#[derive(Clone, Default)]
pub(super) struct Services(Arc<Mutex<BTreeMap<Service, SocketAddr>>>);

impl Services {
    pub(super) fn place(&self, service: Service, at: Option<SocketAddr>) {
        match at {
            Some(at) => self.lock().insert(service, at),
            None => self.lock().remove(&service),
        };
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Service, SocketAddr>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes connections from now on.
    pub(super) fn listen(&self, socket: &Path, cluster: Cluster) -> Result<()> {
        let listener = UnixListener::bind(socket)
            .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
            .map_err(|error| Error::from(error).at(socket.display().to_string()))?;
        let services = self.clone();
        let listener = tokio::net::UnixListener::from_std(listener)?;
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (services, cluster) = (services.clone(), cluster.clone());
                tokio::spawn(async move { services.forward(stream, &cluster).await });
            }
        });
        Ok(())
    }

    /// One connection. What goes wrong ends it, as it would end one to a service that is not well.
    async fn forward(&self, mut from: UnixStream, cluster: &Cluster) {
        let Some(wanted) = read_connect(&mut from).await else { return };
        let place = self.find(&wanted, cluster).await;
        let opened = match place {
            Ok(place) => TcpStream::connect(place).await.map_err(|error| error.to_string()),
            Err(error) => Err(error),
        };
        match opened {
            Ok(mut to) => {
                if from.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.is_ok() {
                    let _ = copy_bidirectional(&mut from, &mut to).await;
                }
            }
            Err(why) => {
                let answer = format!("HTTP/1.1 502 Bad Gateway\r\ncontent-length: {}\r\n\r\n{why}", why.len());
                let _ = from.write_all(answer.as_bytes()).await;
            }
        }
    }

    async fn find(
        &self,
        (address, port): &(String, u16),
        cluster: &Cluster,
    ) -> std::result::Result<SocketAddr, String> {
        let services = Request::get(Api::core("Service", "services", true).path(None, None));
        // Asked anew each time: a service that is deleted and made again has another address.
        let mut look = Watch::new(cluster, services);
        let all = look.sync().await.map_err(|error| error.to_string())?;
        let owner = all.values().find(|service: &&Object| service.text("/spec/clusterIP") == address);
        let owner = owner.ok_or_else(|| format!("no service has the address {address}"))?;
        let wanted = Service::new(owner.namespace().unwrap_or_default(), owner.name(), *port);
        self.lock().get(&wanted).copied().ok_or_else(|| format!("nobody is at {wanted}"))
    }
}

/// The `ADDRESS:PORT` of a `CONNECT`.
async fn read_connect(from: &mut UnixStream) -> Option<(String, u16)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > HEAD_LIMIT {
            return None;
        }
        head.push(from.read_u8().await.ok()?);
    }
    parse_connect(&head)
}

fn parse_connect(head: &[u8]) -> Option<(String, u16)> {
    let line = std::str::from_utf8(head).ok()?.lines().next()?;
    let target = line.strip_prefix("CONNECT ")?.split(' ').next()?;
    let (address, port) = target.rsplit_once(':')?;
    Some((address.trim_start_matches('[').trim_end_matches(']').to_owned(), port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_of_a_connect_is_read() {
        let read = |head: &str| parse_connect(head.as_bytes());
        assert_eq!(read("CONNECT 10.0.0.7:443 HTTP/1.1\r\nHost: x\r\n\r\n"), Some(("10.0.0.7".into(), 443)));
        assert_eq!(read("CONNECT [fd00::1]:443 HTTP/1.1\r\n\r\n"), Some(("fd00::1".into(), 443)));
        assert_eq!(read("GET / HTTP/1.1\r\n\r\n"), None);
        assert_eq!(read("CONNECT 10.0.0.7 HTTP/1.1\r\n\r\n"), None);
        assert_eq!(read("CONNECT 10.0.0.7:99999 HTTP/1.1\r\n\r\n"), None);
    }
}
