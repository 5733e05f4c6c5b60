//! Services, with what they select and offer.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::{Labels, Selector, View, World};

use super::{ByNamespace, SelectorIndex};
use crate::analyze::kinds::SERVICE;

/// A Service.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Service {
    pub(in crate::analyze) object: Arc<Resource>,
    /// The labels of the pods that it sends to; empty when it selects none.
    pub(in crate::analyze) selector: Labels,
    pub(in crate::analyze) ports: Vec<Port>,
}

/// A port of a Service.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Port {
    /// The whole entry.
    pub(in crate::analyze) node: Node,
    pub(in crate::analyze) number: i64,
    /// Empty when it has none, as the only port of a Service may.
    pub(in crate::analyze) name: Arc<str>,
    /// `TCP` unless it says otherwise.
    pub(in crate::analyze) protocol: Arc<str>,
    pub(in crate::analyze) app_protocol: Option<Arc<str>>,
    /// The number or name of the pods' port, which is the Service's own number unless it says otherwise.
    pub(in crate::analyze) target: Arc<str>,
}

impl Port {
    fn new(node: &Node) -> Option<Self> {
        let number = node.get("port").and_then(Node::as_int)?;
        let text = |key: &str| node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty()).map(Arc::from);
        let target = match node.get("targetPort").map(|target| &target.value) {
            Some(Value::Int(port)) if *port != 0 => port.to_string().into(),
            Some(Value::Text(port)) if !port.is_empty() => Arc::clone(port),
            _ => number.to_string().into(),
        };
        Some(Self {
            node: node.clone(),
            number,
            name: text("name").unwrap_or_default(),
            protocol: text("protocol").unwrap_or_else(|| "TCP".into()),
            app_protocol: text("appProtocol"),
            target,
        })
    }
}

impl Service {
    fn new(object: &Arc<Resource>) -> Self {
        let ports = object.items(&["spec", "ports"]).iter().filter_map(Port::new).collect();
        Self { object: Arc::clone(object), selector: Labels::of(object.root.at(&["spec", "selector"])), ports }
    }

    /// Its namespace.
    pub(in crate::analyze) fn namespace(&self) -> &str {
        self.object.namespace_or_default()
    }

    /// Whether it is a name for something outside.
    pub(in crate::analyze) fn is_external_name(&self) -> bool {
        self.object.text(&["spec", "type"]) == Some("ExternalName")
    }

    /// Whether clients are told its pods, and no address of its own.
    pub(in crate::analyze) fn is_headless(&self) -> bool {
        self.object.text(&["spec", "clusterIP"]) == Some("None")
    }
}

/// The Services of a world, by namespace.
pub(in crate::analyze) struct Services {
    by_namespace: ByNamespace<OfNamespace>,
}

#[derive(Default)]
struct OfNamespace {
    /// Sorted by name.
    all: Vec<Service>,
    /// What those ask for that select pods, and which ones that are.
    selectors: SelectorIndex,
    selecting: Vec<usize>,
}

impl View for Services {
    fn of(world: &World) -> Self {
        Self::derive(world, None)
    }

    fn after(world: &World, before: &Self) -> Self {
        Self::derive(world, Some(&before.by_namespace))
    }
}

impl OfNamespace {
    fn new(objects: &[Arc<Resource>]) -> Self {
        let mut of_namespace = Self::default();
        for service in objects.iter().map(Service::new) {
            if !service.selector.is_empty() {
                of_namespace.selectors.add(Selector { equal: service.selector.clone(), needs: Vec::new() });
                of_namespace.selecting.push(of_namespace.all.len());
            }
            of_namespace.all.push(service);
        }
        of_namespace
    }
}

impl Services {
    fn derive(world: &World, before: Option<&ByNamespace<OfNamespace>>) -> Self {
        Self { by_namespace: ByNamespace::new(world, &[SERVICE], before, OfNamespace::new) }
    }

    /// All of them, sorted by namespace and name.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Service> {
        self.by_namespace.iter().flat_map(|(_, of_namespace)| &of_namespace.all)
    }

    /// The namespaces that have some, sorted.
    pub(in crate::analyze) fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.by_namespace.iter().map(|(namespace, _)| &**namespace)
    }

    /// Whether a namespace has the very same ones as another look.
    pub(in crate::analyze) fn is_same_in(&self, namespace: &str, other: &Self) -> bool {
        self.by_namespace.is_same_in(namespace, &other.by_namespace)
    }

    /// Those of a namespace, sorted by name.
    pub(in crate::analyze) fn within(&self, namespace: &str) -> &[Service] {
        self.by_namespace.get(namespace).map(|of_namespace| of_namespace.all.as_slice()).unwrap_or_default()
    }

    /// The one of this name.
    pub(in crate::analyze) fn get(&self, namespace: &str, name: &str) -> Option<&Service> {
        let all = self.within(namespace);
        all.binary_search_by(|service| (*service.object.name).cmp(name)).ok().and_then(|at| all.get(at))
    }

    /// The one that an object is.
    pub(in crate::analyze) fn of(&self, object: &Arc<Resource>) -> Option<&Service> {
        let all = self.within(object.namespace_or_default());
        let first = all.partition_point(|service| service.object.name < object.name);
        all.iter().skip(first).find(|service| Arc::ptr_eq(&service.object, object))
    }

    /// Those that send to pods of a namespace with these labels, sorted by name. A Service that selects nothing is none.
    pub(in crate::analyze) fn selecting<'a>(&'a self, namespace: &str, labels: &Labels) -> Vec<&'a Service> {
        let Some(of_namespace) = self.by_namespace.get(namespace) else { return Vec::new() };
        let mut found: Vec<usize> = of_namespace.selectors.matching(labels).collect();
        found.sort_unstable();
        let found = found.into_iter().filter_map(|at| of_namespace.selecting.get(at));
        found.filter_map(|at| of_namespace.all.get(*at)).collect()
    }
}
