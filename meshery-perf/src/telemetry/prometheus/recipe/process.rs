//! A process that tells of itself, as the clients of Prometheus do: istiod, linkerd's controllers, Envoy's neighbours.

use super::Recipe;

pub(super) const RECIPE: Recipe = Recipe {
    name: "process",
    about: "a process with a client library of Prometheus, by the labels job and instance",
    cpu: ("process_cpu_seconds_total", ""),
    memory: &[(1.0, "process_resident_memory_bytes", "")],
};
