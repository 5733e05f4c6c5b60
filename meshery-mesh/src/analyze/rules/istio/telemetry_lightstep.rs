//! MSH180 `telemetry-lightstep`.

use std::collections::BTreeSet;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Node, Value};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::MeshConfig;
use crate::analyze::kinds::TELEMETRY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH180",
    name: "telemetry-lightstep",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "A Telemetry sends traces to a Lightstep provider, which is deprecated",
    why: "
Envoy no longer has a tracer of Lightstep's own, and Istio has deprecated the provider: after an upgrade of the mesh its
traces stop, or come by way of OpenTelemetry as istiod sees fit. Lightstep itself takes OpenTelemetry.

Which of the providers are Lightstep's the configuration of the mesh says; without it nothing is found.",
    bad: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: traces, namespace: istio-system }
spec: { tracing: [{ providers: [{ name: tracer }] }] }
# mesh config
extensionProviders:
- name: tracer
  lightstep: { service: lightstep.monitoring.svc.cluster.local, port: 443, accessToken: not-a-token }",
    good: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: traces, namespace: istio-system }
spec: { tracing: [{ providers: [{ name: tracer }] }] }
# mesh config
extensionProviders:
- name: tracer
  opentelemetry: { service: lightstep.monitoring.svc.cluster.local, port: 4317 }",
    references: &[
        "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider",
        "https://istio.io/latest/docs/tasks/observability/distributed-tracing/opentelemetry/",
    ],
    meshes: &["istio"],
    aliases: &["IST0002"],
    upstream: "telemetry.LightstepAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let config = world.view::<MeshConfig>();
    let providers = config.get(&["extensionProviders"]).map(Node::items).unwrap_or_default().iter();
    let is_lightstep = |it: &&Node| it.get("lightstep").is_some_and(|lightstep| lightstep.value != Value::Null);
    let name = |it: &'_ Node| it.get("name").and_then(Node::as_str).unwrap_or_default().to_owned();
    let lightstep: BTreeSet<String> = providers.filter(is_lightstep).map(name).collect();
    if lightstep.is_empty() {
        return Vec::new();
    }
    world.each(TELEMETRY, |telemetry| {
        let traces = telemetry.items(&["spec", "tracing"]).iter();
        let used = traces.flat_map(|tracing| tracing.get("providers").map(Node::items).unwrap_or_default());
        let used = used.filter(|provider| lightstep.contains(&name(provider)));
        used.map(|provider| {
            let span = provider.get("name").unwrap_or(provider).span;
            let message = format!("the provider {:?} is Lightstep's own, which is deprecated", name(provider));
            rule.finding(telemetry, span, message).with_help("send the traces to a provider of OpenTelemetry")
        })
    })
}
