//! MSH217 `istio-labels-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH217",
    name: "istio-labels-invalid",
    summary: "Labels are such as no workload can have",
    why: "
Names and values of labels are letters, digits and inner hyphens, dots and underscores, at most 63. Selectors have no
wildcards: a label with one selects nothing, so istiod's webhook refuses it.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  subsets: [{ name: v1, labels: { version: 'v1 beta' } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  subsets: [{ name: v1, labels: { version: v1-beta } }]",
    references: &[
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set",
        "https://istio.io/latest/docs/reference/config/type/workload-selector/",
    ],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.ServiceEntry, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.WorkloadEntry, \
               schema.ValidationAnalyzer.WorkloadGroup, \
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
    found(world, rule, Idea::Labels)
}
