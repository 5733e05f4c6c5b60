//! The placeholder that stands for the proxy's image until the injector puts it in.

use meshery_core::resource::Node;

use super::membership::PROXY;
use crate::analyze::kubernetes::Workload;

/// Where a workload leaves the image of its proxy to the injector, if it does. istioctl does not look at containers that
/// start a pod.
pub(in crate::analyze) fn auto_image(workload: &Workload, compatible: bool) -> Option<&Node> {
    let starting = if compatible { &[] } else { workload.init_containers() };
    let all = workload.containers().iter().chain(starting);
    let proxies = all.filter(|container| container.get("name").and_then(Node::as_str) == Some(PROXY));
    proxies.filter_map(|proxy| proxy.get("image")).find(|image| image.as_str() == Some("auto"))
}
