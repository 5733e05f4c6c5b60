//! MSH147 `namespace-without-injection`.

use std::sync::Arc;

use meshery_core::analyzer::Category;
use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Injectors, unlabelled};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH147",
    name: "namespace-without-injection",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "A namespace does not say whether its pods are in the mesh",
    why: "
Pods get a sidecar, or the node's proxy, only where their namespace or they themselves are labelled. Without a label they
are outside: their traffic is neither encrypted nor seen, and no policy of the mesh holds for it. A label says also that
this is meant: `istio-injection: disabled`.

Nothing is said of a namespace in which nothing runs, of the cluster's own ones, of the mesh's, and of one whose workloads
all say it for themselves.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  template: { metadata: { labels: { app: reviews } }, spec: { containers: [{ name: app, image: reviews }] } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  template: { metadata: { labels: { app: reviews } }, spec: { containers: [{ name: app, image: reviews }] } }",
    references: &["https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#automatic-sidecar-injection"],
    meshes: &["istio"],
    aliases: &["IST0102"],
    upstream: "injection.Analyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let everywhere = world.view::<Injectors>().of_revision("").is_some_and(|injector| injector.everywhere);
    if everywhere {
        return Vec::new();
    }
    let report = |namespace: &Arc<Resource>| {
        rule.finding(namespace, namespace.head(), "it does not say whether its pods are in the mesh").with_help(
            "label it istio-injection=enabled, or istio.io/dataplane-mode=ambient, or istio-injection=disabled if they are \
             to stay outside",
        )
    };
    unlabelled(world).into_iter().map(report).collect()
}
