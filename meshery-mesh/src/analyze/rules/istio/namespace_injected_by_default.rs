//! MSH150 `namespace-injected-by-default`.

use std::sync::Arc;

use meshery_core::analyzer::Category;
use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Injectors, unlabelled};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH150",
    name: "namespace-injected-by-default",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "A namespace says nothing of sidecars, and its pods get them",
    why: "
The injector is told `enableNamespacesByDefault`, so that every namespace without a label is in the mesh. Who reads the
namespace does not see it, and a change of that one setting takes the sidecars away everywhere, pod by pod, as they are made
anew.

Nothing is said of a namespace in which nothing runs, of the cluster's own ones, and of the mesh's.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews, namespace: shop }
spec: { containers: [{ name: app, image: reviews }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio-sidecar-injector, namespace: istio-system }
data: { values: '{\"sidecarInjectorWebhook\": {\"enableNamespacesByDefault\": true}}' }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews, namespace: shop }
spec: { containers: [{ name: app, image: reviews }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio-sidecar-injector, namespace: istio-system }
data: { values: '{\"sidecarInjectorWebhook\": {\"enableNamespacesByDefault\": true}}' }",
    references: &["https://istio.io/latest/docs/reference/config/analysis/ist0148/"],
    meshes: &["istio"],
    aliases: &["IST0148"],
    upstream: "injection.Analyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let injectors = world.view::<Injectors>();
    let Some(injector) = injectors.of_revision("").filter(|injector| injector.everywhere) else { return Vec::new() };
    let report = |namespace: &Arc<Resource>| {
        rule.finding(namespace, namespace.head(), "its pods get sidecars, and it does not say so")
            .with_help("label it istio-injection=enabled, or istio-injection=disabled if they are to stay outside")
            .with_related(&injector.object, injector.object.head(), "what the injector is told")
    };
    unlabelled(world).into_iter().map(report).collect()
}
