//! What meshes have in common, each concept asked once and answered by one small function per mesh: its dialect.
//!
//! | module | answers |
//! |---|---|
//! | `members` | which workloads and namespaces are in which mesh |
//! | `encryption` | where mutual TLS is demanded, offered or off |
//! | `access` | what lets everybody in unless somebody says otherwise |
//! | `conditions` | what policies ask of requests: paths, methods, hosts |
//! | `layer7` | policies over requests for ports that carry no requests that a proxy reads |
//! | `identity` | the trust domains of a mesh, and the identities that policies name |
//! | `tokens` | who vouches for tokens, and whether one is demanded |
//! | `normalization` | whether paths are made alike before policies see them |
//! | `origination` | TLS to the outside whose server is not verified |
//! | `egress` | whether workloads may call what the mesh does not know |
//! | `gateway`, `routed` | what gateways listen on |
//! | `certificates` | the certificates that gateways present |
//! | `protocols` | versions and ciphers of TLS that are too old |
//! | `authorities` | who signs the identities of a mesh, and for how long |
//! | `bypass` | ports and addresses that pass the proxy by |
//! | `injection` | the webhooks that put proxies into pods |
//! | `ended` | products that nobody works on any more |
//! | `mesh` | the meshes |
//! | `routes` | per destination the rules with their matches, backends, timeouts and retries |
//! | `calls` | who calls whom, as far as objects tell |
//! | `upstreams` | how a caller treats the endpoints of a destination |
//! | `injected` | which pods are given a proxy, and by whom |
//! | `control_planes` | the programs that a mesh is run by |
//!
//! A new mesh is one function more in the list of each concept that it has.

mod access;
mod authorities;
mod bypass;
mod calls;
mod certificates;
mod conditions;
mod control_planes;
mod egress;
mod encryption;
mod ended;
mod gateway;
mod identity;
mod injected;
mod injection;
mod kinds;
mod layer7;
mod members;
mod mesh;
mod normalization;
mod origination;
mod place;
mod protocols;
mod routed;
mod routes;
mod tokens;
mod upstreams;

pub(super) use access::{Access, Openness};
pub(super) use authorities::{Authorities, Authority, Role};
pub(super) use bypass::{Bypass, Bypasses, Direction, policies_of_ports};
pub(super) use calls::{Calls, full as full_host};
pub(super) use certificates::{Certificates, Presented};
pub(super) use conditions::{Conditions, Part};
pub(super) use control_planes::ControlPlanes;
pub(super) use egress::Egress;
pub(super) use encryption::{Encryption, Encryptions, Mode, Scope, contradictions};
pub(super) use ended::{Product, ended};
pub(super) use gateway::{Listener, Listeners, Speaks};
pub(super) use identity::{Identities, Identity};
pub(super) use injected::{Injected, Mark};
pub(super) use injection::{Injection, injections};
pub(super) use kinds::NETWORK_POLICY;
pub(super) use layer7::{Unread, unread};
pub(super) use members::{Member, Members};
pub(super) use mesh::Mesh;
pub(super) use normalization::{Paths, paths};
pub(super) use origination::{Unverified, unverified};
pub(super) use place::Place;
pub(super) use protocols::{Outdated, outdated};
pub(super) use routes::{Retries, Route, RouteRule, Routes, Timed};
pub(super) use tokens::{Issuer, issuers};
pub(super) use upstreams::Upstreams;
