//! Containers, as the kubelet's cAdvisor tells of them.

use super::Recipe;

pub(super) const RECIPE: Recipe = Recipe {
    name: "cadvisor",
    about: "containers of a Kubernetes node, by the labels container, pod and namespace",
    // Without a container it is the sum over the pod, which would count twice.
    cpu: ("container_cpu_usage_seconds_total", "container!=\"\""),
    memory: &[(1.0, "container_memory_working_set_bytes", "container!=\"\"")],
};
