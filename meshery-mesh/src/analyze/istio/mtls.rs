//! Mutual TLS: what servers ask for (PeerAuthentication), and what clients are told to do (DestinationRule).

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::{Node, Resource};
use meshery_core::world::{Labels, Selector, View, World};

use super::by_host::ByHost;
use super::host::{CLUSTER_DOMAIN, Host};
use super::mesh_config::MeshConfig;
use crate::analyze::kinds::{DESTINATION_RULE, PEER_AUTHENTICATION};

/// What a server asks of its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum ServerMode {
    /// Mutual TLS, and nothing else.
    Strict,
    /// Mutual TLS or plain text.
    Permissive,
    /// Plain text.
    Disabled,
}

/// What a client is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum ClientMode {
    /// Mutual TLS with the certificates of the mesh.
    Mesh,
    /// TLS with certificates of its own, or with none.
    Own,
    /// Plain text.
    Plain,
}

/// An object that says it, and where.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Saying<T> {
    pub(in crate::analyze) object: Arc<Resource>,
    pub(in crate::analyze) span: Span,
    pub(in crate::analyze) says: T,
}

impl Saying<ClientMode> {
    /// Whether the client shows a certificate, be it one of the mesh or one of its own.
    pub(in crate::analyze) fn is_mutual(&self) -> bool {
        self.says == ClientMode::Mesh || self.object.text(&["spec", "trafficPolicy", "tls", "mode"]) == Some("MUTUAL")
    }
}

/// Mutual TLS in a mesh.
pub(in crate::analyze) struct Mtls {
    root: Arc<str>,
    /// Of whole namespaces.
    namespaces: BTreeMap<Arc<str>, Saying<ServerMode>>,
    /// Of some workloads of a namespace.
    workloads: BTreeMap<Arc<str>, Vec<(Selector, Saying<ServerMode>)>>,
    clients: ByHost<Saying<ClientMode>>,
}

impl View for Mtls {
    fn of(world: &World) -> Self {
        let root = world.view::<MeshConfig>().root_namespace().into();
        let (namespaces, workloads) = (BTreeMap::new(), BTreeMap::new());
        let mut mtls = Self { root, namespaces, workloads, clients: ByHost::default() };
        world.of(PEER_AUTHENTICATION).iter().for_each(|policy| mtls.add_server(policy));
        world.of(DESTINATION_RULE).iter().for_each(|rule| mtls.add_client(rule));
        mtls
    }
}

impl Mtls {
    fn add_server(&mut self, policy: &Arc<Resource>) {
        let Some(mtls) = policy.root.at(&["spec", "mtls"]) else { return };
        let says = match mtls.get("mode").and_then(Node::as_str) {
            Some("STRICT") => ServerMode::Strict,
            Some("PERMISSIVE") => ServerMode::Permissive,
            Some("DISABLE") => ServerMode::Disabled,
            // What is unset is as above it.
            _ => return,
        };
        let saying = Saying { object: Arc::clone(policy), span: mtls.span, says };
        let namespace: Arc<str> = policy.namespace_or_default().into();
        let selector = policy.root.at(&["spec", "selector"]).map(Selector::of).unwrap_or_default();
        if selector.is_empty() {
            // Of several the first one is heeded.
            self.namespaces.entry(namespace).or_insert(saying);
        } else {
            self.workloads.entry(namespace).or_default().push((selector, saying));
        }
    }

    fn add_client(&mut self, rule: &Arc<Resource>) {
        let (Some(host), Some(mode)) =
            (rule.text(&["spec", "host"]), rule.root.at(&["spec", "trafficPolicy", "tls", "mode"]))
        else {
            return;
        };
        let says = match mode.as_str() {
            Some("ISTIO_MUTUAL") => ClientMode::Mesh,
            Some("SIMPLE" | "MUTUAL") => ClientMode::Own,
            Some("DISABLE") => ClientMode::Plain,
            _ => return,
        };
        let saying = Saying { object: Arc::clone(rule), span: mode.span, says };
        self.clients.add(full(host, rule.namespace_or_default()), saying);
    }

    /// Whether somebody has turned it off anywhere.
    pub(in crate::analyze) fn is_off_somewhere(&self) -> bool {
        let of_workloads = self.workloads.values().flatten().map(|(_, saying)| saying);
        let mut servers = self.namespaces.values().chain(of_workloads);
        servers.any(|it| it.says == ServerMode::Disabled) || self.clients.all().any(|it| it.says != ClientMode::Mesh)
    }

    /// The namespace whose policies hold for the whole mesh.
    pub(in crate::analyze) fn root(&self) -> &str {
        &self.root
    }

    /// What the pods of a namespace with these labels ask for, if somebody has said so.
    pub(in crate::analyze) fn server(&self, namespace: &str, labels: &Labels) -> Option<&Saying<ServerMode>> {
        let own = self.workloads.get(namespace).into_iter().flatten();
        let own = own.filter(|(selector, _)| selector.matches(labels)).map(|(_, saying)| saying).next();
        own.or_else(|| self.of_namespace(namespace)).or_else(|| self.of_namespace(&self.root))
    }

    /// What is said of a whole namespace.
    pub(in crate::analyze) fn of_namespace(&self, namespace: &str) -> Option<&Saying<ServerMode>> {
        self.namespaces.get(namespace)
    }

    /// What clients of a host are told, if they are: for the host itself, or else for the narrowest wildcard.
    pub(in crate::analyze) fn client(&self, host: &str) -> Option<&Saying<ClientMode>> {
        self.clients.of(host).next()
    }

    /// What clients of all Services of a namespace are told.
    pub(in crate::analyze) fn client_of_namespace(&self, namespace: &str) -> Option<&Saying<ClientMode>> {
        self.client(&format!("*.{namespace}.svc.{CLUSTER_DOMAIN}"))
    }

    /// What clients of the whole mesh are told.
    pub(in crate::analyze) fn client_of_mesh(&self) -> Option<&Saying<ClientMode>> {
        self.client("*.local")
    }
}

/// A host in full, as an object of this namespace means it.
fn full(host: &str, namespace: &str) -> String {
    match Host::parse(host, namespace) {
        Host::Service { name, namespace, domain } => format!("{name}.{namespace}.svc.{domain}"),
        Host::Either { .. } | Host::External(_) => host.to_owned(),
    }
}
