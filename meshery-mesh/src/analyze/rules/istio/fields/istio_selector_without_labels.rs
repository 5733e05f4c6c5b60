//! MSH241 `istio-selector-without-labels`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH241",
    name: "istio-selector-without-labels",
    severity: Severity::Warning,
    summary: "A selector has no labels, so it selects every workload",
    why: "
It is as if there were no selector: the object holds for all workloads of its namespace, and in the mesh's root namespace
for all of the mesh.",
    bad: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: shop }
spec:
  selector: {}
  mtls: { mode: PERMISSIVE }",
    good: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  mtls: { mode: PERMISSIVE }",
    references: &["https://istio.io/latest/docs/reference/config/type/workload-selector/"],
    meshes: &["istio"],
    aliases: &["IST0133"],
    upstream: "schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.ServiceEntry, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.EnvoyFilter, \
               schema.ValidationAnalyzer.ProxyConfig, \
               schema.ValidationAnalyzer.AuthorizationPolicy, \
               schema.ValidationAnalyzer.PeerAuthentication, \
               schema.ValidationAnalyzer.RequestAuthentication, \
               schema.ValidationAnalyzer.Telemetry, \
               schema.ValidationAnalyzer.WasmPlugin, \
               schema.ValidationAnalyzer.TrafficExtension",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::NoLabels)
}
