//! What rules derive from objects of the Gateway API and share.
//!
//! | module | holds |
//! |---|---|
//! | `attachments` | which listeners a route asks for |
//! | `certificates` | what certificates in Secrets and ConfigMaps are good for |
//! | `grants` | which references may leave their namespace |
//! | `hostnames` | names and wildcards that have a name in common |
//! | `kinds` | the kinds that only these rules read |
//! | `listeners` | the listeners of Gateways and ListenerSets, and what they let in |
//! | `reference` | a reference with what is filled in where it says nothing |
//! | `routes` | routes, their parents and backends |
//! | `trust` | the Secrets and ConfigMaps that Gateways, ListenerSets and policies name |

mod attachments;
mod certificates;
mod grants;
mod hostnames;
mod kinds;
mod listeners;
mod reference;
mod routes;
mod trust;

pub(super) use attachments::{Attachment, attachments};
pub(super) use certificates::{ca_flaw, covers, first_names, flaw};
pub(super) use grants::{Grants, crossings};
pub(super) use hostnames::overlap;
pub(super) use kinds::{BACKEND_POLICIES, BACKEND_TLS_POLICY, GROUP, LISTENER_SET, REFERENCE_GRANT, ROUTES, UDP_ROUTE};
pub(super) use listeners::{Listener, Listeners, admits, defining, serves};
pub(super) use reference::Reference;
pub(super) use routes::{age, backends, is_of_mesh, kind_of, parents, routes, rules};
pub(super) use trust::{Trusted, Use, trusted};
