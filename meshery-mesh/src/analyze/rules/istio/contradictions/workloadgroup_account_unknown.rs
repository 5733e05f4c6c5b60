//! MSH281 `workloadgroup-account-unknown`.

use std::collections::BTreeSet;

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::kinds::{SERVICE_ACCOUNT, WORKLOAD_GROUP};
use crate::analyze::kubernetes::Workloads;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH281",
    name: "workloadgroup-account-unknown",
    severity: Severity::Warning,
    summary: "The machines of a WorkloadGroup are to run as a service account that does not exist",
    why: "
A machine joins the mesh with a token of the service account that its WorkloadGroup names. Without the account there is
no token, and istiod signs no certificate for the machine.",
    bad: "
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: bills, namespace: shop }
spec: { metadata: { labels: { app: bills } }, template: { serviceAccount: bils } }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: bills, namespace: shop }",
    good: "
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: bills, namespace: shop }
spec: { metadata: { labels: { app: bills } }, template: { serviceAccount: bills } }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: bills, namespace: shop }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/workload-group/",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1701"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let workloads = world.view::<Workloads>();
    world.each(WORKLOAD_GROUP, |group| {
        let node = group.root.at(&["spec", "template", "serviceAccount"])?;
        let name = node.as_str().filter(|name| !name.is_empty())?;
        let namespace = group.namespace_or_default();
        let declared = world.within(SERVICE_ACCOUNT, namespace).iter().map(|account| &*account.name);
        let used = workloads
            .within(namespace)
            .iter()
            .filter_map(|workload| workload.pod.at(&["spec", "serviceAccountName"]).and_then(Node::as_str));
        // Every namespace has this one.
        let known: BTreeSet<&str> = declared.chain(used).chain(["default"]).collect();
        if known.contains(name) {
            return None;
        }
        let near = nearest(name, known.iter().copied());
        let message = format!("namespace {namespace:?} has no service account {name:?}");
        let finding = meant(
            rule.finding(group, node.span, message),
            group,
            name,
            near,
            "name a service account that exists, or add this one".to_owned(),
        );
        let read = world.covers(SERVICE_ACCOUNT, namespace);
        of_missing(world, read, finding, "the namespace has no other service accounts than those of the input")
    })
}
