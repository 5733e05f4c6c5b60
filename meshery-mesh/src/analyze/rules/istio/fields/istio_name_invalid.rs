//! MSH215 `istio-name-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH215",
    name: "istio-name-invalid",
    summary: "The name of a subset, Gateway, namespace or cluster is none",
    why: "
These names are labels: letters, digits and inner hyphens, at most 63. istiod's webhook refuses others. A Gateway of another
namespace is named NAMESPACE/NAME, and one of the own namespace by its name alone.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  subsets: [{ name: v1.2, labels: { version: v1.2 } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  subsets: [{ name: v1-2, labels: { version: v1.2 } }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/destination-rule/#Subset", "https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.Gateway, \
               schema.ValidationAnalyzer.MeshNetworks",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Name)
}
