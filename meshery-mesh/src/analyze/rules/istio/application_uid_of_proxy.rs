//! MSH121 `application-uid-of-proxy`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Membership, PROXY};
use crate::analyze::kinds::{DEPLOYMENT, POD};
use crate::analyze::kubernetes::{Workload, each_workload};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH121",
    name: "application-uid-of-proxy",
    severity: Severity::Warning,
    category: meshery_core::analyzer::Category::Security,
    summary: "An application runs as the user of the sidecar",
    why: "
Traffic of user 1337 is not redirected into the sidecar, for otherwise the sidecar's own would come back to it. What
an application of this user sends leaves the pod without mutual TLS, without policies and without metrics, and nobody
notices.

The user of a container counts, else that of its pod. Pods that get no sidecar may run as whoever they like, and so
may containers that end before the sidecar starts.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata: { labels: { app: reviews, sidecar.istio.io/inject: 'true' } }
    spec:
      containers: [{ name: reviews, image: 'shop/reviews:1', securityContext: { runAsUser: 1337 } }]",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata: { labels: { app: reviews, sidecar.istio.io/inject: 'true' } }
    spec:
      containers: [{ name: reviews, image: 'shop/reviews:1', securityContext: { runAsUser: 1000 } }]",
    references: &["https://istio.io/latest/docs/ops/deployment/application-requirements/"],
    meshes: &["istio"],
    aliases: &["IST0144"],
    upstream: "applicationUID.Analyzer",
    run,
    ..Rule::NEW
};

/// The user that the sidecar runs as.
const UID: i64 = 1337;
/// Containers that are Istio's own.
const OWN: [&str; 2] = [PROXY, "istio-operator"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    let membership = world.view::<Membership>();
    let counts = |workload: &Workload| {
        let kind = workload.object.kind();
        if compatible { kind == POD || kind == DEPLOYMENT } else { membership.has_sidecar(workload) != Some(false) }
    };
    each_workload(world, |workload| {
        let is_checked = !is_control_plane(&workload.object) && counts(workload);
        if is_checked { check(workload, compatible, rule) } else { Vec::new() }
    })
}

fn is_control_plane(object: &Resource) -> bool {
    object.root.at(&["metadata", "labels", "istio"]).is_some() || object.label("release") == Some("istio")
}

/// Who the application runs as: the users of its containers, and that of the pod, where a container says none.
fn check(workload: &Workload, compatible: bool, rule: &RuleInfo) -> Vec<Finding> {
    let name = |container: &Node| container.get("name").and_then(Node::as_str).unwrap_or_default().to_owned();
    let own = |container: &&Node| OWN.contains(&name(container).as_str());
    let applications: Vec<&Node> = workload.containers().iter().filter(|container| !own(container)).collect();
    let mut users: Vec<&Node> = applications.iter().filter_map(|container| user(container)).collect();
    let inherits = applications.iter().any(|container| user(container).is_none());
    if let Some(of_pod) = workload.pod.get("spec").and_then(user).filter(|_| compatible || inherits) {
        users.push(of_pod);
    }
    let same = users.into_iter().filter(|user| user.as_int() == Some(UID));
    let finding = |user: &Node| {
        let message = format!("the application runs as user {UID}, whose traffic passes the sidecar by");
        rule.finding(&workload.object, user.span, message).with_help("let it run as another user")
    };
    same.map(finding).collect()
}

fn user(holder: &Node) -> Option<&Node> {
    holder.at(&["securityContext", "runAsUser"]).filter(|user| !user.is_empty())
}
