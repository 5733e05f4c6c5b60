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
use serde_json::Value;

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
        // Asked anew each time: a service that is deleted and made again has another address.
        let services = listed(cluster, Api::core("Service", "services", true).path(None, None)).await?;
        let owner = services.iter().find(|service| service.text("/spec/clusterIP") == address);
        let wanted = match owner {
            Some(owner) => Service::new(owner.namespace().unwrap_or_default(), owner.name(), *port),
            None => behind(&services, &pod(cluster, address).await?, *port)
                .ok_or_else(|| format!("no service leads to port {port} of the pod at {address}"))?,
        };
        self.lock().get(&wanted).copied().ok_or_else(|| format!("nobody is at {wanted}"))
    }
}

/// All objects of a list.
async fn listed(cluster: &Cluster, path: String) -> std::result::Result<Vec<Object>, String> {
    let mut look = Watch::new(cluster, Request::get(path));
    let all = look.sync().await.map_err(|error| error.to_string())?;
    Ok(all.values().cloned().collect())
}

/// The pod that has an address. What is asked of a service by way of the API server goes to one of its pods.
async fn pod(cluster: &Cluster, address: &str) -> std::result::Result<Object, String> {
    let pods = listed(cluster, Api::core("Pod", "pods", true).path(None, None)).await?;
    let found = pods.into_iter().find(|pod| pod.text("/status/podIP") == address);
    found.ok_or_else(|| format!("neither a service nor a pod has the address {address}"))
}

/// The port of a service that leads to this port of a pod.
fn behind(services: &[Object], pod: &Object, port: u16) -> Option<Service> {
    let containers = pod.items("/spec/containers").iter();
    let named: Vec<&str> = containers
        .filter_map(|container| container["ports"].as_array())
        .flatten()
        .filter(|named| named["containerPort"] == port)
        .filter_map(|named| named["name"].as_str())
        .collect();
    let leads = |offered: &&Value| match &offered["targetPort"] {
        Value::String(name) => named.contains(&name.as_str()),
        Value::Null => offered["port"] == port,
        number => *number == port,
    };
    services.iter().filter(|service| service.namespace() == pod.namespace() && selects(service, pod)).find_map(
        |service| {
            let offered = service.items("/spec/ports").iter().find(leads)?["port"].as_u64()?;
            Some(Service::new(service.namespace()?, service.name(), offered as u16))
        },
    )
}

fn selects(service: &Object, pod: &Object) -> bool {
    let selector = service.get("/spec/selector").and_then(Value::as_object).filter(|selector| !selector.is_empty());
    let has =
        |(name, value): (&String, &Value)| pod.get("/metadata/labels").is_some_and(|labels| labels[name] == *value);
    selector.is_some_and(|selector| selector.iter().all(has))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_port_of_a_pod_is_found_behind_its_service() {
        let service = |name: &str, selector: Value, ports: Value| {
            let metadata = json!({ "name": name, "namespace": "a" });
            let spec = json!({ "selector": selector, "ports": ports });
            Object::new(json!({ "apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec })).unwrap()
        };
        let services = [
            service("other", json!({ "app": "other" }), json!([{ "port": 80, "targetPort": 8080 }])),
            service("none", json!({}), json!([{ "port": 80, "targetPort": 8080 }])),
            service("web", json!({ "app": "web" }), json!([{ "port": 80, "targetPort": "http" }, { "port": 9090 }])),
        ];
        let pod = Object::new(json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": { "name": "web-1", "namespace": "a", "labels": { "app": "web", "version": "1" } },
            "spec": { "containers": [{ "name": "web", "ports": [{ "name": "http", "containerPort": 8080 }] }] },
        }));
        let pod = pod.unwrap();
        assert_eq!(behind(&services, &pod, 8080), Some(Service::new("a", "web", 80)));
        assert_eq!(behind(&services, &pod, 9090), Some(Service::new("a", "web", 9090)));
        assert_eq!(behind(&services, &pod, 8081), None);
    }
}
