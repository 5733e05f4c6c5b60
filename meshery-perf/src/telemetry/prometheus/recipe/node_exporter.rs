//! A whole machine, as the node-exporter tells of it.

use super::Recipe;

pub(super) const RECIPE: Recipe = Recipe {
    name: "node-exporter",
    about: "a whole machine, by the label instance",
    // The time of guests is in that of users already.
    cpu: ("node_cpu_seconds_total", "mode!~\"idle|iowait|steal\""),
    memory: &[(1.0, "node_memory_MemTotal_bytes", ""), (-1.0, "node_memory_MemAvailable_bytes", "")],
};
