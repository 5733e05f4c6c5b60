//! MSH114 `annotation-alpha`.

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Annotation, each_annotation, known::Stage};
use crate::analyze::kinds::POD;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH114",
    name: "annotation-alpha",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "An object has an annotation that Istio does not promise to keep",
    why: "
Istio may change or drop what it calls alpha in any release, without the year of notice that beta features get. Before
an upgrade the release notes must be read for each of them. Most of Istio's annotations are alpha, and many of those
are in wide use: this is worth knowing, and no mistake.

Annotations that the injector itself writes on pods are left out, as far as a pod tells.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  template:
    metadata:
      labels: { app: reviews }
      annotations: { sidecar.istio.io/logLevel: debug }
    spec: { containers: [{ name: reviews, image: 'shop/reviews:1' }] }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  template:
    metadata: { labels: { app: reviews } }
    spec: { containers: [{ name: reviews, image: 'shop/reviews:1' }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/annotations/",
        "https://istio.io/latest/docs/releases/feature-stages/",
    ],
    meshes: &["istio"],
    aliases: &["IST0136"],
    upstream: "annotations.AlphaAnalyzer",
    run,
    ..Rule::NEW
};

/// What the injector writes on a pod whose traffic the CNI plugin redirects.
const WRITTEN: [&str; 4] = [
    "sidecar.istio.io/interceptionMode",
    "traffic.sidecar.istio.io/excludeInboundPorts",
    "traffic.sidecar.istio.io/includeInboundPorts",
    "traffic.sidecar.istio.io/includeOutboundIPRanges",
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotation(world, |annotation| {
        let is_alpha = annotation.known.is_some_and(|known| known.stage == Stage::Alpha);
        (is_alpha && !is_written(annotation)).then(|| finding(annotation, rule))
    })
}

fn is_written(annotation: &Annotation<'_>) -> bool {
    annotation.object.kind() == POD && WRITTEN.contains(&annotation.name()) && !is_redirected_by_init(annotation.holder)
}

/// Without that container it is the CNI plugin that redirects a pod's traffic, and reads these annotations for it.
fn is_redirected_by_init(pod: &Node) -> bool {
    let starting = pod.at(&["spec", "initContainers"]).map(Node::items).unwrap_or_default();
    starting.iter().any(|container| container.get("name").and_then(Node::as_str) == Some("istio-init"))
}

fn finding(annotation: &Annotation<'_>, rule: &RuleInfo) -> Finding {
    let message = format!("the annotation {} is alpha", annotation.name());
    let finding = rule.finding(annotation.object, annotation.field.key_span, message);
    finding.with_help("read the release notes for it before each upgrade, or do without it")
}
