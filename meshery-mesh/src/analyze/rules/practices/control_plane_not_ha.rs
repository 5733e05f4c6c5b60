//! MSH848 `control-plane-not-ha`.

use std::collections::BTreeMap;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Kind, Node};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::ControlPlanes;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH848",
    name: "control-plane-not-ha",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "A control plane runs in too few copies for one of them to fail",
    why: "
While the only copy of a control plane is away, new pods get no certificate and no configuration, injectors do not answer so
that pods are refused or start without their sidecar, and changes reach nobody. Two copies are enough where each works by
itself; Consul's servers agree by majority, so that they have to be three. An autoscaler counts by its least number.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
spec: { replicas: 1, template: { metadata: { labels: { app: istiod } }, spec: { containers: [] } } }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
spec: { replicas: 2, template: { metadata: { labels: { app: istiod } }, spec: { containers: [] } } }",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/deployment/#deploy-with-high-availability",
        "https://linkerd.io/2/features/ha/",
        "https://developer.hashicorp.com/consul/docs/architecture/consensus",
        "https://kuma.io/docs/latest/production/cp-deployment/single-zone/",
    ],
    meshes: &["consul", "istio", "kuma", "linkerd"],
    run,
    ..Rule::NEW
};

const AUTOSCALER: Kind<'_> = Kind::new("autoscaling", "HorizontalPodAutoscaler");

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut scaled: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for scaler in world.of(AUTOSCALER) {
        let Some(name) = scaler.text(&["spec", "scaleTargetRef", "name"]) else { continue };
        let least = scaler.root.at(&["spec", "minReplicas"]).and_then(Node::as_int).unwrap_or(1);
        scaled.insert((scaler.namespace_or_default(), name), least);
    }
    let planes = world.view::<ControlPlanes>();
    let findings = planes.iter().filter_map(|plane| {
        let object = &plane.object;
        let said = object.root.at(&["spec", "replicas"]);
        let least = scaled.get(&(object.namespace_or_default(), &*object.name)).copied();
        let copies = least.or_else(|| said.map_or(Some(1), Node::as_int))?;
        // None at all is a control plane that is turned off.
        if copies == 0 || copies >= plane.enough {
            return None;
        }
        let place = said.map_or_else(|| object.head(), |said| said.span);
        let message = format!(
            "the control plane of {} runs {copies} times, and one may fail from {} on",
            plane.mesh, plane.enough
        );
        Some(rule.finding(object, place, message).with_help(format!("run it at least {} times", plane.enough)))
    });
    findings.collect()
}
