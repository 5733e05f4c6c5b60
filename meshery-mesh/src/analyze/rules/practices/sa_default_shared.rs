//! MSH822 `sa-default-shared`.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Member, Members, Place};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH822",
    name: "sa-default-shared",
    severity: Severity::Info,
    category: Category::Security,
    summary: "Workloads of the mesh share a ServiceAccount",
    why: "
The identity of a workload is its ServiceAccount. Who shares one cannot be told apart by any policy: what is allowed to one
is allowed to all, and the account `default` is everybody's who names none.

One finding for a namespace and account. Versions of one application, by the labels `app` or `app.kubernetes.io/name`, may
share theirs.",
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
      containers: [{ name: reviews, image: 'shop/reviews:1' }]",
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
      containers: [{ name: reviews, image: 'shop/reviews:1' }]",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/security/",
        "https://linkerd.io/2/features/automatic-mtls/",
        "https://kubernetes.io/docs/concepts/security/service-accounts/",
    ],
    meshes: &[],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let members = world.view::<Members>();
    let mut accounts: BTreeMap<(&str, &str), Vec<&Member>> = BTreeMap::new();
    for member in members.iter() {
        accounts.entry((member.workload.namespace(), account(member))).or_default().push(member);
    }
    let shared = accounts.into_iter().filter_map(|((namespace, account), members)| {
        let first = members.first()?;
        let applications: BTreeSet<&str> = members.iter().map(|member| application(member)).collect();
        let message = match (account, applications.len()) {
            ("default", 1) => format!("this workload has the identity of everybody in namespace {namespace:?}"),
            ("default", more) => {
                format!("{more} applications have the identity of everybody in namespace {namespace:?}")
            }
            (_, 1) => return None,
            (_, more) => format!("{more} applications of namespace {namespace:?} share the identity {account:?}"),
        };
        let finding =
            place(first).finding(rule, message).with_help("give each application a ServiceAccount of its own");
        let others = members.iter().filter(|it| application(it) != application(first)).take(3);
        Some(others.fold(finding, |finding, other| place(other).relate(finding, "has the same")))
    });
    shared.collect()
}

fn account(member: &Member) -> &str {
    let name =
        |key: &str| member.workload.pod.at(&["spec", key]).and_then(Node::as_str).filter(|name| !name.is_empty());
    name("serviceAccountName").or_else(|| name("serviceAccount")).unwrap_or("default")
}

fn application(member: &Member) -> &str {
    let label = |name: &str| member.workload.labels.get(name);
    label("app.kubernetes.io/name").or_else(|| label("app")).unwrap_or(&member.workload.object.name)
}

fn place(member: &Member) -> Place {
    let workload = &member.workload;
    let named = ["serviceAccountName", "serviceAccount"].iter().find_map(|key| workload.pod.at(&["spec", key]));
    named.map_or_else(|| Place::head(&workload.object), |node| Place::of(&workload.object, node))
}
