//! The way from the API server to services. There is no network of pods: whatever the server connects to within the
//! cluster comes through a socket of ours as `CONNECT ADDRESS:PORT`, and goes on to a local port or nowhere.

#[cfg(unix)]
mod door;
#[cfg(not(unix))]
mod elsewhere;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use meshery_core::Object;

use crate::cluster::{Api, Cluster, Request, Watch};

/// The socket in the folder of the control plane.
pub(super) const SOCKET: &str = "egress.sock";

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

    #[cfg_attr(not(unix), expect(dead_code, reason = "nobody comes through the door"))]
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
