//! Which version of a mesh a workload is.

use meshery_core::Object;
use meshery_core::lifecycle::Version;

/// What images of the same version differ in.
const FLAVOURS: [&str; 4] = ["-alpine", "-debug", "-distroless", "-ubi"];

/// The version by the image of a container, by the label that charts give, or by none.
pub(in crate::lifecycle) fn of(object: &Object, container: &str) -> Option<String> {
    if container.is_empty() {
        return None;
    }
    let containers = object.items("/spec/template/spec/containers").iter();
    let image = containers.filter(|candidate| candidate["name"] == container).find_map(|found| found["image"].as_str());
    let label = || object.label("app.kubernetes.io/version");
    image.and_then(tag).or_else(label).and_then(plain)
}

/// What comes after the name of an image, if that is no digest.
fn tag(image: &str) -> Option<&str> {
    let (image, _) = image.split_once('@').unwrap_or((image, ""));
    let (_, tag) = image.rsplit_once(':')?;
    (!tag.contains('/')).then_some(tag)
}

/// A version without what says nothing of it.
fn plain(text: &str) -> Option<String> {
    Version::read(text)?;
    let text = text.strip_prefix('v').unwrap_or(text);
    let bare = FLAVOURS.iter().find_map(|flavour| text.strip_suffix(flavour)).unwrap_or(text);
    Some(bare.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_are_told_by_images_and_labels() {
        for (image, version) in [
            ("docker.io/istio/pilot:1.29.6-distroless", Some("1.29.6")),
            ("localhost:5000/linkerd/controller:edge-26.8.3", Some("edge-26.8.3")),
            ("ghcr.io/networkservicemesh/cmd-nsmgr:v1.18.0@sha256:00", Some("1.18.0")),
            ("istio/pilot:1.31.0-rc.1", Some("1.31.0-rc.1")),
            ("openservicemesh/osm-injector@sha256:00", Some("1.2.4")),
            ("localhost:5000/istio/pilot", Some("1.2.4")),
            ("istio/pilot:latest", None),
        ] {
            let object = json!({
                "apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": { "name": "a", "labels": { "app.kubernetes.io/version": "v1.2.4" } },
                "spec": { "template": { "spec": { "containers": [{ "name": "c", "image": image }] } } },
            });
            assert_eq!(of(&Object::new(object).unwrap(), "c").as_deref(), version, "{image}");
        }
    }
}
