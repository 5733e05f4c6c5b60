//! Which variant of the sidecar's image a pod gets, such as `distroless`.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::{Labels, View, World};

use super::mesh_config::MeshConfig;
use crate::analyze::kinds::PROXY_CONFIG;
use crate::analyze::kubernetes::Workload;
use crate::analyze::{Source, yaml};

/// The annotation by which a pod says what a ProxyConfig says elsewhere.
const ANNOTATION: &str = "proxy.istio.io/config";

/// What says which variant: the mesh, a namespace, or a ProxyConfig that selects workloads.
pub(in crate::analyze) struct ImageTypes {
    mesh: Arc<str>,
    namespaces: BTreeMap<Arc<str>, Arc<str>>,
    workloads: BTreeMap<Arc<str>, Vec<(Labels, Arc<str>)>>,
    compatible: bool,
}

impl View for ImageTypes {
    fn of(world: &World) -> Self {
        let config = world.view::<MeshConfig>();
        let mesh = config.get(&["defaultConfig"]).and_then(image_type).unwrap_or_default();
        let (namespaces, workloads) = (BTreeMap::new(), BTreeMap::new());
        let mut types = Self { mesh, namespaces, workloads, compatible: world.settings().compatible };
        let mut root = None;
        for object in world.of(PROXY_CONFIG) {
            if object.namespace_or_default() == config.root_namespace() {
                root = Some(object);
            } else {
                types.add(object);
            }
        }
        if let Some(of_root) = root.and_then(|object| image_type(object.root.get("spec")?)) {
            types.mesh = of_root;
        }
        types
    }
}

impl ImageTypes {
    fn add(&mut self, object: &Resource) {
        let namespace: Arc<str> = object.namespace_or_default().into();
        let variant = object.root.get("spec").and_then(image_type).unwrap_or_default();
        match object.root.at(&["spec", "selector"]).filter(|selector| !matches!(selector.value, Value::Null)) {
            None => drop(self.namespaces.insert(namespace, variant)),
            Some(selector) => {
                let labels = Labels::of(selector.get("matchLabels"));
                self.workloads.entry(namespace).or_default().push((labels, variant));
            }
        }
    }

    /// The variant that a pod gets; empty for the usual one.
    pub(in crate::analyze) fn of(&self, pod: &Workload) -> Arc<str> {
        let namespace = pod.namespace();
        // istioctl takes every namespace for the pod's whose name only begins like it.
        let near = self.workloads.range::<str, _>((Bound::Included(namespace), Bound::Unbounded));
        let near = near.take_while(
            |(name, _)| {
                if self.compatible { name.starts_with(namespace) } else { ***name == *namespace }
            },
        );
        let selecting = near.flat_map(|(_, configs)| configs).filter(|(labels, _)| pod.labels.contains(labels));
        let selected = selecting.map(|(_, variant)| variant).filter(|variant| !variant.is_empty()).last();
        let of_namespace = self.namespaces.get(namespace).filter(|variant| !variant.is_empty());
        let own = pod.annotation(ANNOTATION).and_then(annotated);
        let variant = own.as_ref().or(selected).or(of_namespace).unwrap_or(&self.mesh);
        if **variant == *"default" { Arc::default() } else { Arc::clone(variant) }
    }
}

/// What a pod says itself.
fn annotated(text: &str) -> Option<Arc<str>> {
    let documents = yaml::read(&Source::new(ANNOTATION, text));
    image_type(&documents.into_iter().next()?.ok()?)
}

fn image_type(config: &Node) -> Option<Arc<str>> {
    let text = config.at(&["image", "imageType"]).or_else(|| config.at(&["image", "image_type"]))?.as_str()?;
    Some(text).filter(|text| !text.is_empty()).map(Arc::from)
}
