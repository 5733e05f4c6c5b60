//! MSH826 `pod-uid-proxy`.

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Member, Members, Mesh};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH826",
    name: "pod-uid-proxy",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "An application runs as the user of the proxy",
    why: "
What the user of the proxy sends is not led into the proxy, for otherwise the proxy's own calls would come back to it. An
application of this user calls others without mutual TLS, without policies and without metrics, and nobody notices; Consul
refuses such a pod. The users are 2102 in Linkerd, 5678 in Kuma and 5995 in Consul; of Istio's another rule speaks.

The user of a container counts, else that of its pod.",
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
      containers: [{ name: reviews, image: 'shop/reviews:1', securityContext: { runAsUser: 2102 } }]",
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
      containers: [{ name: reviews, image: 'shop/reviews:1', securityContext: { runAsUser: 1000 } }]",
    references: &[
        "https://linkerd.io/2/reference/proxy-configuration/",
        "https://kuma.io/docs/latest/reference/kubernetes-annotations/",
        "https://developer.hashicorp.com/consul/docs/connect/transparent-proxy",
    ],
    meshes: &["consul", "kuma", "linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let members = world.view::<Members>();
    members.iter().filter(|member| member.mesh != Mesh::Istio).flat_map(|member| check(rule, member)).collect()
}

fn check(rule: &RuleInfo, member: &Member) -> Vec<Finding> {
    let mut users: Vec<&Node> = Vec::new();
    let mut inherits = false;
    for container in member.applications() {
        match user(container) {
            Some(own) => users.push(own),
            None => inherits = true,
        }
    }
    users.extend(member.workload.pod.get("spec").and_then(user).filter(|_| inherits));
    let same = users.into_iter().filter(|user| user.as_int() == Some(member.proxy_user));
    let finding = |node: &Node| {
        let (mesh, user) = (member.mesh.title(), member.proxy_user);
        let message = format!("the application runs as user {user}, whose calls pass the proxy of {mesh} by");
        rule.finding(&member.workload.object, node.span, message).with_help("let it run as another user")
    };
    same.map(finding).collect()
}

fn user(holder: &Node) -> Option<&Node> {
    holder.at(&["securityContext", "runAsUser"]).filter(|user| !user.is_empty())
}
