//! What is wrong with every object of Istio, once for all rules.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::{Kind, Node, Resource, Value};
use meshery_core::world::{Facet, Facets, Settings, View, World};

use super::report::{Idea, Problem, Report};
use super::{
    authentication, authorization, destination_rule, envoy_filter, gateway, mesh_config, mesh_networks, proxy_defaults,
    service_entry, sidecar, telemetry, virtual_service, wasm, workload,
};
use crate::analyze::Source;
use crate::analyze::istio::MeshConfig;
use crate::analyze::istio::mesh_config::ROOT_NAMESPACE;
use crate::analyze::kinds::{
    AUTHORIZATION_POLICY, CONFIG_MAP, DESTINATION_RULE, ENVOY_FILTER, GATEWAY, MESH_CONFIG, MESH_NETWORKS,
    PEER_AUTHENTICATION, PROXY_CONFIG, REQUEST_AUTHENTICATION, SERVICE_ENTRY, SIDECAR, TELEMETRY, TRAFFIC_EXTENSION,
    VIRTUAL_SERVICE, WASM_PLUGIN, WORKLOAD_ENTRY, WORKLOAD_GROUP, of_table,
};
use crate::analyze::schema::Conformance;
use crate::analyze::yaml;

type Check = fn(&mut Report<'_>, &Node);

/// The kinds of which istiod refuses an object without a spec.
const NEEDING_SPEC: [Kind<'_>; 3] = [DESTINATION_RULE, SIDECAR, VIRTUAL_SERVICE];

/// How the specification of each kind is checked.
const CHECKS: [(Kind<'_>, Check); 15] = [
    (VIRTUAL_SERVICE, virtual_service::check),
    (DESTINATION_RULE, destination_rule::check),
    (GATEWAY, gateway::check),
    (SERVICE_ENTRY, service_entry::check),
    (SIDECAR, sidecar::check),
    (WORKLOAD_ENTRY, workload::check_entry),
    (WORKLOAD_GROUP, workload::check_group),
    (ENVOY_FILTER, envoy_filter::check),
    (PROXY_CONFIG, proxy_defaults::check),
    (AUTHORIZATION_POLICY, authorization::check),
    (PEER_AUTHENTICATION, authentication::check_peers),
    (REQUEST_AUTHENTICATION, authentication::check_requests),
    (TELEMETRY, telemetry::check),
    (WASM_PLUGIN, wasm::check_plugin),
    (TRAFFIC_EXTENSION, wasm::check_extension),
];
const KINDS: [Kind<'static>; CHECKS.len()] = of_table(&CHECKS);
/// Annotations that istiod writes itself, and refuses from others.
const INTERNAL: [&str; 3] =
    ["internal.istio.io/webhook-always-reject", "internal.istio.io/parent-namespace", "internal.istio.io/parents"];
/// Asks for a policy that only says what it would do.
const DRY_RUN: &str = "istio.io/dry-run";
/// How Go reads true and false.
const BOOLEANS: [&str; 12] = ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"];

/// What is wrong with every object.
pub(in crate::analyze) struct Checked {
    /// Objects with what is wrong with them.
    pub(in crate::analyze) problems: Vec<(Arc<Resource>, Vec<Problem>)>,
}

impl View for Checked {
    fn of(world: &World) -> Self {
        let alone = world.settings().compatible;
        let mut checked = Self { problems: Vec::new() };
        for (object, problems) in world.view::<Facets<Problems>>().iter() {
            checked.add(object, problems.0.clone());
        }
        checked.mesh(world, alone);
        if !alone {
            checked.leave_out(&world.view::<Conformance>());
        }
        checked
    }
}

/// What is wrong with an object by itself.
struct Problems(Vec<Problem>);

impl Facet for Problems {
    const KINDS: &'static [Kind<'static>] = &KINDS;

    fn of(object: &Arc<Resource>, settings: &Settings) -> Option<Self> {
        let alone = settings.compatible;
        let mut report = Report::new(object, alone);
        if !alone {
            annotations(&mut report);
        }
        let nothing = Node { value: Value::Null, span: Span::default() };
        // Of some kinds istiod refuses one that says nothing.
        let spec = match object.root.get("spec") {
            Some(spec) if matches!(spec.value, Value::Map(_)) => Some(spec),
            None | Some(Node { value: Value::Null, .. }) if NEEDING_SPEC.contains(&object.kind()) => Some(&nothing),
            _ => None,
        };
        let check = CHECKS.iter().find(|(kind, _)| *kind == object.kind());
        if let (Some(spec), Some((_, check))) = (spec, check) {
            check(&mut report, spec);
        }
        (!report.problems.is_empty()).then_some(Self(report.problems))
    }
}

impl Checked {
    fn add(&mut self, object: &Arc<Resource>, problems: Vec<Problem>) {
        if !problems.is_empty() {
            self.problems.push((Arc::clone(object), problems));
        }
    }

    /// What istiod is told beside the objects, or in a ConfigMap.
    fn mesh(&mut self, world: &World, alone: bool) {
        let config = world.view::<MeshConfig>();
        if let (Some(object), Some(root)) = (&config.object, config.get(&[])) {
            let mut report = Report::new(object, alone);
            if object.kind() != MESH_CONFIG {
                report.anchor = object.root.at(&["data", "mesh"]).map(|text| text.span);
            }
            mesh_config::check(&mut report, root);
            self.add(object, report.problems);
        }
        for object in world.of(MESH_NETWORKS) {
            let mut report = Report::new(object, alone);
            mesh_networks::check(&mut report, &object.root);
            self.add(object, report.problems);
        }
        let Some(object) = world.get(CONFIG_MAP, ROOT_NAMESPACE, "istio").filter(|_| !alone) else { return };
        let Some(text) = object.root.at(&["data", "meshNetworks"]) else { return };
        let mut report = Report::new(object, alone);
        report.anchor = Some(text.span);
        let documents = yaml::read(&Source::new("meshNetworks", text.as_str().unwrap_or_default()));
        documents.iter().flatten().for_each(|root| mesh_networks::check(&mut report, root));
        self.add(object, report.problems);
    }

    /// Leaves out what the definition of the kind says of the same place.
    fn leave_out(&mut self, conformance: &Conformance) {
        let said = conformance.all().filter(|(_, checked)| !checked.violations.is_empty()).map(|(object, checked)| {
            let violations = &checked.violations;
            let spans: HashSet<Span> = violations.iter().map(|violation| violation.span).collect();
            (Arc::as_ptr(object), spans)
        });
        let said: HashMap<*const Resource, HashSet<Span>> = said.collect();
        for (object, problems) in &mut self.problems {
            if let Some(spans) = said.get(&Arc::as_ptr(object)) {
                problems.retain(|problem| !spans.contains(&problem.span));
            }
        }
        self.problems.retain(|(_, problems)| !problems.is_empty());
    }
}

fn annotations(report: &mut Report<'_>) {
    let object = report.object;
    let Some(annotations) = object.root.at(&["metadata", "annotations"]) else { return };
    for field in annotations.fields() {
        let name = &*field.key;
        if INTERNAL.contains(&name) {
            let message = format!("{name} is written by istiod alone, which refuses it from others");
            report.say_key(Idea::Annotation, field, message, "leave it out");
        }
        if name != DRY_RUN {
            continue;
        }
        if object.kind() != AUTHORIZATION_POLICY {
            let message = format!("{name} is for AuthorizationPolicies alone");
            report.say_key(Idea::Annotation, field, message, "leave it out");
            continue;
        }
        let action = object.text(&["spec", "action"]).unwrap_or("ALLOW");
        if !["ALLOW", "DENY"].contains(&action) {
            let message = format!("a policy whose action is {action} cannot be tried without effect");
            report.say_key(Idea::Annotation, field, message, "leave it out, or write ALLOW or DENY");
        } else if let Some(value) = field.value.as_str().filter(|value| !BOOLEANS.contains(value)) {
            let message = format!("{value:?} is neither true nor false");
            report.say(Idea::Annotation, &field.value, message, "write \"true\" or \"false\"");
        }
    }
}
