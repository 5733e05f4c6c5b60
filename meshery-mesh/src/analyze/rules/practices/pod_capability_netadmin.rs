//! MSH825 `pod-capability-netadmin`.

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Member, Members};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH825",
    name: "pod-capability-netadmin",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "An application of the mesh may change how its calls are led",
    why: "
Who has the capability `NET_ADMIN`, or `NET_RAW`, or is privileged, can take back what leads calls through the proxy, or read
and forge what others send. The mesh then holds back nobody who has got into the container.

What the mesh puts into the pod itself is left out.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata:
      labels: { app: reviews }
      annotations: { linkerd.io/inject: enabled }
    spec:
      serviceAccountName: reviews
      containers: [{ name: reviews, image: 'shop/reviews:1', securityContext: { capabilities: { add: [NET_ADMIN] } } }]",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata:
      labels: { app: reviews }
      annotations: { linkerd.io/inject: enabled }
    spec:
      serviceAccountName: reviews
      containers: [{ name: reviews, image: 'shop/reviews:1', securityContext: { capabilities: { drop: [ALL] } } }]",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/security/#understand-traffic-capture-limitations",
        "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    ],
    meshes: &[],
    run,
    ..Rule::NEW
};

/// The capabilities by which it may.
const CAPABILITIES: [&str; 3] = ["ALL", "NET_ADMIN", "NET_RAW"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let members = world.view::<Members>();
    members.iter().flat_map(|member| check(rule, member)).collect()
}

fn check(rule: &RuleInfo, member: &Member) -> Vec<Finding> {
    let mut findings = Vec::new();
    for context in member.applications().filter_map(|container| container.get("securityContext")) {
        let privileged = context.get("privileged").filter(|node| node.as_bool() == Some(true));
        let added = context.at(&["capabilities", "add"]).map(Node::items).unwrap_or_default().iter();
        let mut found: Vec<(&Node, String)> = added
            .filter_map(|node| Some((node, node.as_str()?.to_ascii_uppercase())))
            .map(|(node, name)| (node, name.strip_prefix("CAP_").unwrap_or(&name).to_owned()))
            .filter(|(_, name)| CAPABILITIES.contains(&name.as_str()))
            .map(|(node, name)| (node, format!("the capability {name}")))
            .collect();
        found.extend(privileged.map(|node| (node, "every capability".to_owned())));
        for (node, what) in found {
            let message = format!("the container has {what}, by which it can pass the proxy by");
            let finding = rule.finding(&member.workload.object, node.span, message);
            findings.push(finding.with_help("take it away, or keep the workload out of the mesh"));
        }
    }
    findings
}
