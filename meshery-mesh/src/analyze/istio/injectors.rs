//! What the sidecar injectors of a mesh are told: ConfigMaps, one for each revision.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::Resource;
use meshery_core::world::{View, World};
use serde_json::Value;

use crate::analyze::kinds::CONFIG_MAP;

/// The ConfigMap of the default revision; those of others have the revision behind a hyphen.
const CONFIG: &str = "istio-sidecar-injector";

/// A sidecar injector.
pub(in crate::analyze) struct Injector {
    pub(in crate::analyze) object: Arc<Resource>,
    /// The image that sidecars get; empty when it is not said in a way that can be read.
    pub(in crate::analyze) image: String,
    /// Whether namespaces that say nothing get sidecars.
    pub(in crate::analyze) everywhere: bool,
}

/// The sidecar injectors of a world.
pub(in crate::analyze) struct Injectors {
    by_name: BTreeMap<Arc<str>, Injector>,
}

impl View for Injectors {
    fn of(world: &World) -> Self {
        let named = world.of(CONFIG_MAP).iter().filter(|it| it.name.starts_with(CONFIG));
        Self { by_name: named.map(|object| (Arc::clone(&object.name), Injector::new(object))).collect() }
    }
}

impl Injectors {
    /// The injector of a revision, which is `default` or empty for the default one.
    pub(in crate::analyze) fn of_revision(&self, revision: &str) -> Option<&Injector> {
        match revision {
            "" | "default" => self.by_name.get(CONFIG),
            _ => self.by_name.get(format!("{CONFIG}-{revision}").as_str()),
        }
    }
}

impl Injector {
    fn new(object: &Arc<Resource>) -> Self {
        let values = object.text(&["data", "values"]).and_then(|text| serde_json::from_str(text).ok());
        let values: Value = values.unwrap_or_default();
        let everywhere = values.pointer("/sidecarInjectorWebhook/enableNamespacesByDefault").and_then(Value::as_bool);
        let image = image(&values).unwrap_or_default();
        Self { object: Arc::clone(object), image, everywhere: everywhere.unwrap_or_default() }
    }
}

/// The image as the injector's template puts it together. `None` where a part has the wrong type.
fn image(values: &Value) -> Option<String> {
    let part = |path: &str| match values.pointer(path) {
        None | Some(Value::Null) => Some(""),
        Some(part) => part.as_str(),
    };
    let (hub, image, tag) = (part("/global/hub")?, part("/global/proxy/image")?, part("/global/tag")?);
    values.is_object().then(|| if image.contains('/') { image.into() } else { format!("{hub}/{image}:{tag}") })
}
