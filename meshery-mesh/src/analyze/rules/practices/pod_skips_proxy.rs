//! MSH823 `pod-skips-proxy`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Bypass, Bypasses};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH823",
    name: "pod-skips-proxy",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "Calls to or from a workload pass its proxy by",
    why: "
They have no mutual TLS, no policy and no metrics. It is needed now and then, for protocols that the mesh cannot carry, and
better is a setting that keeps the proxy in between: an opaque port in Linkerd, a port of TCP in the others.

Ports that Istio's own proxy listens on are left out.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata:
      labels: { app: reviews }
      annotations: { linkerd.io/inject: enabled, config.linkerd.io/skip-inbound-ports: '9080' }
    spec:
      serviceAccountName: reviews
      containers: [{ name: reviews, image: 'shop/reviews:1' }]",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata:
      labels: { app: reviews }
      annotations: { linkerd.io/inject: enabled, config.linkerd.io/opaque-ports: '9080' }
    spec:
      serviceAccountName: reviews
      containers: [{ name: reviews, image: 'shop/reviews:1' }]",
    references: &[
        "https://linkerd.io/2/reference/proxy-configuration/",
        "https://istio.io/latest/docs/reference/config/annotations/",
        "https://kuma.io/docs/latest/reference/kubernetes-annotations/",
        "https://developer.hashicorp.com/consul/docs/k8s/annotations-and-labels",
    ],
    meshes: &["consul", "istio", "kuma", "linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let bypasses = world.view::<Bypasses>();
    let finding = |it: &Bypass| {
        let message = format!("{} pass the proxy by", plural(&it.what));
        let help = "let the proxy carry it, as bytes where it cannot read it, or restrict it by a NetworkPolicy";
        it.place.finding(rule, message).with_help(help)
    };
    bypasses.iter().map(finding).collect()
}

/// What is said of every call is said of all of them.
fn plural(what: &str) -> String {
    what.strip_prefix("every call").map_or_else(|| what.to_owned(), |rest| format!("all calls{rest}"))
}
