//! What Services say of the ports of one workload.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, World};

use super::membership::Membership;
use super::upstream::told_namespace;
use crate::analyze::kinds::{DEPLOYMENT, JOB, POD, REPLICA_SET};
use crate::analyze::kubernetes::{Port, SERVED, Service, Services, WORKLOADS, Workload, Workloads};

/// The label of what Istio makes for a Gateway, and its value for a waypoint.
const MANAGED: (&str, &str) = ("gateway.istio.io/managed", "istio.io-mesh-controller");

/// A workload of the mesh, and the ports at which Services offer it.
pub(in crate::analyze) struct Served {
    pub(in crate::analyze) object: Arc<Resource>,
    pub(in crate::analyze) offers: Vec<Offer>,
}

/// A port of a Service.
#[derive(Clone)]
pub(in crate::analyze) struct Offer {
    pub(in crate::analyze) service: Arc<Resource>,
    pub(in crate::analyze) port: Port,
}

impl Offer {
    /// The protocol that Istio takes the port for, by its `appProtocol` or name; `None` where it looks at what is sent.
    pub(in crate::analyze) fn protocol(&self) -> Option<String> {
        let name = self.port.name.split('-').next().unwrap_or_default();
        let said = self.port.app_protocol.as_deref().unwrap_or(name).to_ascii_lowercase();
        let known = ["grpc", "http", "http2", "https", "mongo", "mysql", "redis", "tcp", "tls"];
        // Of those that share a parser in Envoy one may stand for the other.
        match said.as_str() {
            "kubernetes.io/h2c" | "grpc-web" | "http2" | "grpc" => Some("http".into()),
            "https" => Some("tls".into()),
            said if known.contains(&said) => Some(said.into()),
            _ => None,
        }
    }
}

/// What there is to say of each workload of the mesh that Services offer at several ports.
pub(in crate::analyze) fn each_served(world: &World, look: impl Fn(&Served) -> Vec<Finding>) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    let nearby = world.nearby(&SERVED);
    let (workloads, services) = (nearby.view::<Workloads>(), nearby.view::<Services>());
    let membership = world.view::<Membership>();
    let in_mesh = |workload: &&Workload| {
        let sidecar = membership.has_sidecar(workload).unwrap_or(false);
        sidecar && workload.object.label(MANAGED.0) != Some(MANAGED.1)
    };
    nearby.each(&WORKLOADS, |object, _| {
        let counted = workloads.of(object).filter(|workload| counts(workload, compatible)).filter(in_mesh);
        let offers = counted.map(|workload| {
            let selecting = services.selecting(workload.namespace(), &workload.labels).into_iter();
            // For istioctl what names no namespace has none of its own.
            let own = told_namespace(&workload.object);
            selecting
                .filter(|service| !compatible || told_namespace(&service.object) == own)
                .flat_map(offers)
                .collect::<Vec<Offer>>()
        });
        let served =
            offers.filter(|offers| offers.len() > 1).map(|offers| Served { object: Arc::clone(object), offers });
        served.map(|served| look(&served)).unwrap_or_default()
    })
}

/// What something else makes says nothing that this does not say; a Job is seldom offered at all.
fn counts(workload: &Workload, compatible: bool) -> bool {
    let kind = workload.object.kind();
    if compatible {
        return kind == DEPLOYMENT;
    }
    let is_made = || workload.object.root.at(&["metadata", "ownerReferences"]).is_some_and(|owners| !owners.is_empty());
    kind != JOB && !((kind == POD || kind == REPLICA_SET) && is_made())
}

fn offers(service: &Service) -> impl Iterator<Item = Offer> {
    service.ports.iter().map(|port| Offer { service: Arc::clone(&service.object), port: port.clone() })
}

impl Served {
    /// Its ports by what a function says of them, without those of which it says nothing.
    pub(in crate::analyze) fn by<K: Ord>(&self, key: impl Fn(&Offer) -> Option<K>) -> BTreeMap<K, Vec<&Offer>> {
        let mut groups: BTreeMap<K, Vec<&Offer>> = BTreeMap::new();
        for offer in &self.offers {
            if let Some(key) = key(offer) {
                groups.entry(key).or_default().push(offer);
            }
        }
        groups
    }

    /// Where its pods' labels are, by which the Services select them.
    pub(in crate::analyze) fn place(&self) -> meshery_core::Span {
        let labels = self.object.root.at(&["spec", "template", "metadata", "labels"]);
        labels.filter(|labels| !Node::is_empty(labels)).map_or_else(|| self.object.head(), |labels| labels.span)
    }
}
