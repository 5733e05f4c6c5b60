//! What istiod's own validation says of its objects, beyond what their definitions say: each object is checked once, and
//! each rule takes what is of its idea.
//!
//! | module | holds |
//! |---|---|
//! | `report` | what is wrong, and of which idea |
//! | `checked` | what is wrong with every object, once for all rules |
//! | `read` | fields as protocol buffers read them |
//! | `names`, `addresses`, `numbers`, `regex`, `header`, `labels` | what single values must be like |
//! | `matches` | which requests a match takes from those that follow it |
//! | the rest | one module per kind, or part of kinds |

mod addresses;
mod authentication;
mod authorization;
mod authorization_texts;
mod checked;
mod client_tls;
mod destination_rule;
mod destinations;
mod envoy_filter;
mod exports;
mod gateway;
mod header;
mod http_action;
mod http_match;
mod http_route;
mod json_web_keys;
mod labels;
mod load_balancer;
mod localities;
mod matches;
mod mesh_config;
mod mesh_networks;
mod names;
mod numbers;
mod providers;
mod proxy_defaults;
mod read;
mod regex;
mod report;
mod server_tls;
mod service_entry;
mod sidecar;
mod stream_route;
mod telemetry;
mod traffic_policy;
mod virtual_service;
mod wasm;
mod workload;

pub(in crate::analyze) use checked::Checked;
pub(in crate::analyze) use matches::{Dead, dead_matches};
pub(in crate::analyze) use report::Idea;
