//! MSH280 `workload-without-authorization`.

use std::sync::Arc;

use meshery_core::analyzer::Category;
use meshery_core::resource::Resource;
use meshery_core::world::{Selector, View};
use meshery_core::{Finding, RuleInfo, Severity, World};

use super::{is_gateway, is_made};
use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::istio::{Membership, MeshConfig};
use crate::analyze::kinds::{AUTHORIZATION_POLICY, CRON_JOB, JOB};
use crate::analyze::kubernetes::{ByNamespace, SelectorIndex, WORKLOADS, Workload, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH280",
    name: "workload-without-authorization",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "No AuthorizationPolicy is for a workload of the mesh",
    why: "
A workload that no AuthorizationPolicy is for answers everybody who reaches it. A policy of its namespace, or of the
root namespace, without a selector or with one that fits, decides who may call it; one that allows nothing is a good
default.

Jobs, gateways, and workloads that are known to have no proxy, are left out. A policy for a Service or a waypoint
counts for all workloads of its namespace.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews, sidecar.istio.io/inject: 'true' } } } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ratings, namespace: shop }
spec: { selector: { matchLabels: { app: ratings } } }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews, sidecar.istio.io/inject: 'true' } } } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: nobody, namespace: shop }
spec: {}",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/security/#use-default-deny-patterns",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1301"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let config = world.view::<MeshConfig>();
    let nearby = world.nearby(&WORKLOADS);
    let (workloads, membership) = (nearby.view::<Workloads>(), world.view::<Membership>());
    let policies = world.view::<Policies>();
    let root = config.root_namespace();
    let covers = |namespace: &str, workload: &Workload| {
        policies.0.get(namespace).is_some_and(|all| all.matching(&workload.labels).next().is_some())
    };
    // Where nobody says whether a workload is in the mesh, a mesh with policies is taken to be meant.
    let has_policies = policies.0.iter().next().is_some();
    let concerns = |workload: &&Workload| {
        let namespace = workload.namespace();
        let is_job = [JOB, CRON_JOB].contains(&workload.object.kind());
        let in_mesh = membership.has_node_proxy(workload) || membership.has_sidecar(workload).unwrap_or(has_policies);
        let is_system = namespace == root || namespace.starts_with("kube-");
        !is_job && !is_system && in_mesh && !is_made(&workload.object) && !is_gateway(workload)
    };
    let is_covered = |workload: &Workload| covers(workload.namespace(), workload) || covers(root, workload);
    nearby.each(&WORKLOADS, |object, _| {
        let workload = workloads.of(object).filter(concerns).filter(|workload| !is_covered(workload))?;
        let message = "no AuthorizationPolicy is for this workload, so anybody may call it";
        let finding = rule.finding(&workload.object, workload.object.head(), message);
        let finding = finding.with_help("add a policy that says who may, or one for the namespace that allows nothing");
        let read = policies.0.get(workload.namespace()).is_some();
        of_missing(world, read, finding, "no AuthorizationPolicy outside the input is for it")
    })
}

/// The policies of each namespace, by what they select.
struct Policies(ByNamespace<SelectorIndex>);

impl Policies {
    fn derive(world: &World, before: Option<&ByNamespace<SelectorIndex>>) -> Self {
        let index = |policies: &[Arc<Resource>]| {
            let mut index = SelectorIndex::default();
            for policy in policies {
                index.add(policy.root.at(&["spec", "selector"]).map(Selector::of).unwrap_or_default());
            }
            index
        };
        Self(ByNamespace::new(world, &[AUTHORIZATION_POLICY], before, index))
    }
}

impl View for Policies {
    fn of(world: &World) -> Self {
        Self::derive(world, None)
    }

    fn after(world: &World, before: &Self) -> Self {
        Self::derive(world, Some(&before.0))
    }
}
