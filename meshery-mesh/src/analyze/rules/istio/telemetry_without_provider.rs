//! MSH176 `telemetry-without-provider`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use super::telemetries_without_selector::is_default;
use crate::analyze::Rule;
use crate::analyze::istio::MeshConfig;
use crate::analyze::kinds::TELEMETRY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH176",
    name: "telemetry-without-provider",
    severity: Severity::Warning,
    summary: "A Telemetry configures access logs and names no provider, and the mesh has no default one",
    why: "
Access logs are written by a provider. An entry that names none means the default providers of the mesh, or those of the
Telemetry of the namespace or the mesh that it refines. Where there are none either, nothing is logged, and nobody says so.

The default providers are in the configuration of the mesh. Where it is not among the objects, the finding says that it
takes the mesh to have none, as it is installed.",
    bad: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: logs, namespace: shop }
spec: { accessLogging: [{ filter: { expression: response.code >= 500 } }] }",
    good: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: logs, namespace: shop }
spec: { accessLogging: [{ providers: [{ name: envoy }], filter: { expression: response.code >= 500 } }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/telemetry/#AccessLogging",
        "https://istio.io/latest/docs/reference/config/analysis/ist0157/",
    ],
    meshes: &["istio"],
    aliases: &["IST0157"],
    upstream: "telemetry.ProviderAnalyzer",
    run,
    ..Rule::NEW
};

const ACCESS_LOGGING: [&str; 2] = ["spec", "accessLogging"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let config = world.view::<MeshConfig>();
    if config.get(&["defaultProviders", "accessLogging"]).is_some_and(|providers| !providers.is_empty()) {
        return Vec::new();
    }
    let settings = world.settings();
    let parents = Parents::new(world, &config);
    let is_sure = settings.closed || settings.compatible || config.object.is_some();
    let finding = |telemetry: &Resource, entry: &Node| {
        let message = "these access logs have no provider, and the mesh has no default one";
        let finding = rule.finding(telemetry, entry.span, message);
        let finding = finding.with_help("name a provider, for example \"envoy\"");
        if is_sure { finding } else { finding.assuming("the configuration of the mesh names no default provider") }
    };
    let telemetries = world.of(TELEMETRY).iter().filter(|telemetry| settings.compatible || !parents.has_for(telemetry));
    let findings = telemetries.flat_map(|telemetry| {
        let entries = telemetry.items(&ACCESS_LOGGING).iter();
        let open = entries.filter(|entry| entry.get("disabled").and_then(Node::as_bool) != Some(true));
        open.filter(|entry| !names_providers(entry)).map(|entry| finding(telemetry, entry)).collect::<Vec<_>>()
    });
    findings.collect()
}

fn names_providers(entry: &Node) -> bool {
    entry.get("providers").is_some_and(|providers| !providers.is_empty())
}

/// The Telemetries that others refine, and that name providers: of each namespace two at most.
struct Parents<'a> {
    by_namespace: BTreeMap<&'a str, Vec<&'a Arc<Resource>>>,
    root: String,
}

impl<'a> Parents<'a> {
    fn new(world: &'a World, config: &MeshConfig) -> Self {
        let mut by_namespace: BTreeMap<&str, Vec<&Arc<Resource>>> = BTreeMap::new();
        for telemetry in world.of(TELEMETRY).iter().filter(|telemetry| is_default(telemetry)) {
            let parents = by_namespace.entry(telemetry.namespace_or_default()).or_default();
            if parents.len() < 2 && telemetry.items(&ACCESS_LOGGING).iter().any(names_providers) {
                parents.push(telemetry);
            }
        }
        Self { by_namespace, root: config.root_namespace().into() }
    }

    /// Whether a Telemetry refines one of them: of its namespace, or of the mesh.
    fn has_for(&self, telemetry: &Arc<Resource>) -> bool {
        let namespaces = [telemetry.namespace_or_default(), &self.root];
        let mut parents = namespaces.into_iter().filter_map(|namespace| self.by_namespace.get(namespace)).flatten();
        parents.any(|parent| !Arc::ptr_eq(parent, telemetry))
    }
}
