//! What Consul's objects say of a service: its protocol, and its subsets.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::World;
use meshery_core::resource::{Node, Resource};
use meshery_core::world::View;

use super::given::{at, text};
use crate::analyze::kinds::{PROXY_DEFAULTS, SERVICE_DEFAULTS, SERVICE_RESOLVER};

/// The protocols whose requests Consul tells apart.
const HTTP: [&str; 3] = ["grpc", "http", "http2"];

/// What a service speaks, as far as Consul is told.
pub(in crate::analyze) struct Protocol<'a> {
    /// Its name; `tcp` where nobody says.
    pub(in crate::analyze) name: &'a str,
    /// Who says so.
    pub(in crate::analyze) said_by: Option<(&'a Arc<Resource>, &'a Node)>,
}

impl Protocol<'_> {
    /// Whether it has requests that can be routed.
    pub(in crate::analyze) fn has_requests(&self) -> bool {
        HTTP.iter().any(|known| known.eq_ignore_ascii_case(self.name))
    }
}

/// The objects that are about a service by its name.
pub(in crate::analyze) struct ServiceObjects {
    resolvers: BTreeMap<Arc<str>, Vec<Arc<Resource>>>,
    defaults: BTreeMap<Arc<str>, Vec<Arc<Resource>>>,
    proxy: Option<Arc<Resource>>,
}

impl View for ServiceObjects {
    fn of(world: &World) -> Self {
        let by_name = |kind| {
            let mut named: BTreeMap<Arc<str>, Vec<Arc<Resource>>> = BTreeMap::new();
            for object in world.of(kind) {
                named.entry(Arc::clone(&object.name)).or_default().push(Arc::clone(object));
            }
            named
        };
        Self {
            resolvers: by_name(SERVICE_RESOLVER),
            defaults: by_name(SERVICE_DEFAULTS),
            proxy: world.of(PROXY_DEFAULTS).iter().find(|object| &*object.name == "global").cloned(),
        }
    }
}

impl ServiceObjects {
    /// The ServiceResolver of a service: the one of the namespace, or else of any, since the namespaces of Kubernetes may
    /// all be one for Consul.
    pub(in crate::analyze) fn resolver(&self, service: &str, namespace: &str) -> Option<&Arc<Resource>> {
        nearest_to(self.resolvers.get(service)?, namespace)
    }

    /// The protocol of a service.
    pub(in crate::analyze) fn protocol(&self, service: &str, namespace: &str) -> Protocol<'_> {
        let own = self.defaults.get(service).and_then(|defaults| nearest_to(defaults, namespace));
        let said = own.and_then(|object| said_at(object, &["spec", "protocol"]));
        let said = said.or_else(|| said_at(self.proxy.as_ref()?, &["spec", "config", "protocol"]));
        match said {
            Some((object, node)) => Protocol { name: node.as_str().unwrap_or_default(), said_by: Some((object, node)) },
            None => Protocol { name: "tcp", said_by: None },
        }
    }

    /// Whether what could say the protocol of a service is among the objects.
    pub(in crate::analyze) fn tells_protocol(&self, service: &str) -> bool {
        self.proxy.is_some() && self.defaults.contains_key(service)
    }
}

fn nearest_to<'a>(objects: &'a [Arc<Resource>], namespace: &str) -> Option<&'a Arc<Resource>> {
    objects.iter().find(|object| object.namespace_or_default() == namespace).or_else(|| objects.first())
}

fn said_at<'a>(object: &'a Arc<Resource>, path: &[&str]) -> Option<(&'a Arc<Resource>, &'a Node)> {
    let (last, map) = path.split_last()?;
    let map = at(&object.root, map)?;
    let node = map.get(last).filter(|_| !text(map, last).is_empty())?;
    Some((object, node))
}
