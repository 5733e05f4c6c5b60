//! Where mutual TLS is demanded, offered or off, as the objects of each mesh say it.

use std::sync::Arc;

use meshery_core::resource::Resource;
use meshery_core::world::{View, World};
use meshery_core::{Finding, RuleInfo, Severity};

use super::kinds::{
    CONSUL_MESH, CONSUL_PROXY_DEFAULTS, CONSUL_SERVICE_DEFAULTS, KUMA_IDENTITY, KUMA_MESH, KUMA_PERMISSION, KUMA_TLS,
    KUMA_TRAFFIC_PERMISSION,
};
use super::place::{is_true, is_whole_mesh, items, kuma_mesh, text};
use super::{Mesh, Place};
use crate::analyze::istio::MeshConfig;
use crate::analyze::kinds::PEER_AUTHENTICATION;

/// What servers ask of their clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Mode {
    /// Plain text, and nothing else.
    Off,
    /// Mutual TLS or plain text.
    Permissive,
    /// Mutual TLS, and nothing else.
    Strict,
}

impl Mode {
    /// In words.
    pub(in crate::analyze) fn words(self) -> &'static str {
        match self {
            Self::Off => "is off",
            Self::Permissive => "is offered and not demanded",
            Self::Strict => "is demanded",
        }
    }
}

/// For whom it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Scope {
    /// A mesh of this name; of Istio and Consul there is one, without a name.
    Mesh(Arc<str>),
    /// A namespace.
    Namespace(Arc<str>),
    /// Some workloads, or one service.
    Workloads,
}

/// An object that says it.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Encryption {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) scope: Scope,
    pub(in crate::analyze) mode: Mode,
    pub(in crate::analyze) place: Place,
    /// What is taken for granted, where another object could say otherwise.
    pub(in crate::analyze) assumed: Option<&'static str>,
}

impl Encryption {
    fn new(mesh: Mesh, scope: Scope, mode: Mode, place: Place) -> Self {
        Self { mesh, scope, mode, place, assumed: None }
    }
}

/// All that is said of mutual TLS.
pub(in crate::analyze) struct Encryptions(Vec<Encryption>);

/// Sorted by mesh. Linkerd is not among them: it encrypts what it can, and whom it lets in without is a matter of access.
const DIALECTS: [fn(&World) -> Vec<Encryption>; 3] = [consul, istio, kuma];

impl View for Encryptions {
    fn of(world: &World) -> Self {
        Self(DIALECTS.iter().flat_map(|dialect| dialect(world)).collect())
    }
}

impl Encryptions {
    /// All of them.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Encryption> {
        self.0.iter()
    }

    /// What is said of a scope of a mesh.
    pub(in crate::analyze) fn of(&self, mesh: Mesh, scope: &Scope) -> Option<&Encryption> {
        self.0.iter().find(|it| it.mesh == mesh && it.scope == *scope)
    }
}

fn consul(world: &World) -> Vec<Encryption> {
    let everywhere = world.of(CONSUL_PROXY_DEFAULTS).iter().map(|it| (it, Scope::Mesh("".into())));
    let services = world.of(CONSUL_SERVICE_DEFAULTS).iter().map(|it| (it, Scope::Workloads));
    let said = everywhere.chain(services).filter_map(|(object, scope)| {
        let node = object.root.at(&["spec", "mutualTLSMode"])?;
        let mode = match node.as_str()? {
            "permissive" => Mode::Permissive,
            "strict" => Mode::Strict,
            _ => return None,
        };
        Some(Encryption::new(Mesh::Consul, scope, mode, Place::of(object, node)))
    });
    said.collect()
}

fn istio(world: &World) -> Vec<Encryption> {
    let config = world.view::<MeshConfig>();
    let said = world.of(PEER_AUTHENTICATION).iter().filter_map(|policy| {
        let node = policy.root.at(&["spec", "mtls", "mode"])?;
        let mode = match node.as_str()? {
            "STRICT" => Mode::Strict,
            "PERMISSIVE" => Mode::Permissive,
            "DISABLE" => Mode::Off,
            _ => return None,
        };
        let namespace = policy.namespace_or_default();
        let selects = policy.root.at(&["spec", "selector", "matchLabels"]).is_some_and(|labels| !labels.is_empty());
        let scope = match (selects, namespace == config.root_namespace()) {
            (true, _) => Scope::Workloads,
            (false, true) => Scope::Mesh("".into()),
            (false, false) => Scope::Namespace(namespace.into()),
        };
        Some(Encryption::new(Mesh::Istio, scope, mode, Place::of(policy, node)))
    });
    said.collect()
}

fn kuma(world: &World) -> Vec<Encryption> {
    let mut found: Vec<Encryption> = world.of(KUMA_MESH).iter().filter_map(|mesh| of_kuma_mesh(world, mesh)).collect();
    for policy in world.of(KUMA_TLS) {
        let whole = is_whole_mesh(policy.root.at(&["spec", "targetRef"]));
        let lists = ["rules", "from"].iter().flat_map(|key| policy.items(&["spec", key]));
        for node in lists.filter_map(|rule| rule.at(&["default", "mode"])) {
            let mode = match node.as_str() {
                Some("Strict") => Mode::Strict,
                Some("Permissive") => Mode::Permissive,
                _ => continue,
            };
            let scope = if whole { Scope::Mesh(kuma_mesh(policy).into()) } else { Scope::Workloads };
            found.push(Encryption::new(Mesh::Kuma, scope, mode, Place::of(policy, node)));
        }
    }
    found
}

fn of_kuma_mesh(world: &World, mesh: &Arc<Resource>) -> Option<Encryption> {
    let scope = Scope::Mesh(Arc::clone(&mesh.name));
    let enabled = mesh.text(&["spec", "mtls", "enabledBackend"]).filter(|name| !name.is_empty());
    if let Some(enabled) = enabled {
        let backends = items(&mesh.root, &["spec", "mtls", "backends"]);
        let backend = backends.iter().find(|backend| text(backend, &["name"]) == Some(enabled))?;
        let mode = backend.get("mode").filter(|mode| mode.as_str() == Some("PERMISSIVE"));
        let (mode, place) = match mode {
            Some(node) => (Mode::Permissive, Place::of(mesh, node)),
            None => (Mode::Strict, Place::of(mesh, backend)),
        };
        return Some(Encryption::new(Mesh::Kuma, scope, mode, place));
    }
    if world.of(KUMA_IDENTITY).iter().any(|identity| kuma_mesh(identity) == &*mesh.name) {
        return None;
    }
    let assumed = Some("no MeshIdentity outside the input gives the workloads of the mesh certificates");
    let place = Place::at(mesh, &["spec", "mtls"]);
    Some(Encryption { assumed, ..Encryption::new(Mesh::Kuma, scope, Mode::Off, place) })
}

/// Objects that contradict each other about mutual TLS: what asks for it where it is off, and what offers less than may be
/// offered. Of Istio other rules speak.
pub(in crate::analyze) fn contradictions(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = consul_contradictions(world, rule);
    findings.extend(kuma_contradictions(world, rule));
    findings
}

fn consul_contradictions(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mesh = world.of(CONSUL_MESH).first();
    let allows = mesh.is_some_and(|mesh| is_true(&mesh.root, &["spec", "allowEnablingPermissiveMutualTLS"]));
    // Without a Mesh nothing allows it, and a Mesh may be elsewhere.
    if allows || (mesh.is_none() && !world.settings().closed) {
        return Vec::new();
    }
    let encryptions = world.view::<Encryptions>();
    let wrong = encryptions.iter().filter(|it| it.mesh == Mesh::Consul && it.mode == Mode::Permissive);
    let finding = |it: &Encryption| {
        let message = "the mesh does not allow permissive mutual TLS, and Consul refuses what asks for it";
        let help = "set spec.allowEnablingPermissiveMutualTLS of the Mesh, or leave mutualTLSMode strict";
        let finding = it.place.finding(rule, message).as_bad_as(Severity::Error).with_help(help);
        mesh.map(|mesh| Place::at(mesh, &["spec"]))
            .iter()
            .fold(finding, |it, place| place.relate(it, "does not allow it"))
    };
    wrong.map(finding).collect()
}

fn kuma_contradictions(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let encryptions = world.view::<Encryptions>();
    let mut findings = Vec::new();
    for kind in [KUMA_TLS, KUMA_PERMISSION, KUMA_TRAFFIC_PERMISSION] {
        for policy in world.of(kind) {
            let mesh = kuma_mesh(policy);
            let of_mesh = encryptions.of(Mesh::Kuma, &Scope::Mesh(mesh.into()));
            let Some(off) = of_mesh.filter(|it| it.mode == Mode::Off) else { continue };
            let message = format!("the mesh {mesh:?} has no mutual TLS, so that this policy does nothing");
            let mut finding = Place::head(policy).finding(rule, message);
            if let Some(assumed) = off.assumed.filter(|_| !world.settings().closed) {
                finding = finding.assuming(assumed);
            }
            let finding = finding.with_help("enable mutual TLS in the Mesh, or give the mesh a MeshIdentity");
            findings.push(off.place.relate(finding, "has none"));
        }
    }
    findings
}
