//! MSH116 `authorization-without-workload`.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::{Reach, Selector};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Endpoints, Membership, MeshConfig, told_namespace};
use crate::analyze::kinds::AUTHORIZATION_POLICY;
use crate::analyze::kubernetes::{WORKLOADS, Workload, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH116",
    name: "authorization-without-workload",
    severity: Severity::Warning,
    summary: "An AuthorizationPolicy applies to no workload of the mesh",
    why: "
Such a policy protects nothing. Where its selector is misspelt, the workload that it was meant for stays as open as it
was, and nobody says so.

A policy applies to the workloads of its namespace, one in the root namespace to those of the whole mesh; a selector
leaves those with all its labels. Workloads of every kind count, also those that are scaled to zero, as do machines
outside and the pods of Gateways. One with `targetRefs` applies to other things than workloads and is left alone.
Where the input has no workload of the namespace, nothing is said.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviws } } }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews } } } }",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } } }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews } } } }",
    references: &["https://istio.io/latest/docs/reference/config/security/authorization-policy/"],
    meshes: &["istio"],
    aliases: &["IST0127", "KIA0004"],
    upstream: "auth.AuthorizationPoliciesAnalyzer",
    run,
    ..Rule::NEW
};

/// What policies apply to.
struct Mesh {
    root: String,
    workloads: Arc<Workloads>,
    membership: Arc<Membership>,
    endpoints: Option<Arc<Endpoints>>,
    closed: bool,
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let nearby = world.nearby(&WORKLOADS);
    let mesh = Mesh::new(&nearby);
    nearby.each(&[AUTHORIZATION_POLICY], |policy, reach| mesh.check(policy, rule, reach))
}

impl Mesh {
    fn new(world: &World) -> Self {
        let compatible = world.settings().compatible;
        Self {
            root: world.view::<MeshConfig>().root_namespace().to_owned(),
            workloads: world.view(),
            membership: world.view(),
            endpoints: (!compatible).then(|| world.view()),
            closed: compatible || world.settings().closed,
        }
    }

    /// Whether the namespace of a policy has a workload in the mesh.
    fn is_inhabited(&self, policy: &Resource) -> bool {
        let workloads = self.workloads.within(policy.namespace_or_default()).iter();
        workloads.filter(|workload| self.is_near(workload, policy)).any(|workload| self.has(workload))
    }

    /// Whether a workload of the namespace of a policy is there for istioctl too: what names no namespace has none for it.
    fn is_near(&self, workload: &Workload, policy: &Resource) -> bool {
        self.endpoints.is_some() || told_namespace(&workload.object) == told_namespace(policy)
    }

    /// Whether a workload is in the mesh, or may be.
    fn has(&self, workload: &Workload) -> bool {
        let sidecar = self.membership.has_sidecar(workload);
        let counts = self.endpoints.is_some() || workload.is_pod();
        counts && (sidecar.unwrap_or(self.endpoints.is_some()) || self.membership.has_node_proxy(workload))
    }

    fn check(&self, policy: &Resource, rule: &RuleInfo, reach: &mut Reach) -> Option<Finding> {
        if self.endpoints.is_some() && has_targets(policy) {
            return None;
        }
        let own = policy.namespace_or_default();
        let is_root = own == self.root;
        if is_root {
            reach.add_all();
        }
        let node = policy.root.at(&["spec", "selector"]).filter(|node| !matches!(node.value, Value::Null));
        let Some(node) = node else {
            let is_void = !is_root && !self.is_inhabited(policy) && !self.has_outside(own, &Selector::default());
            return is_void.then(|| self.void(policy, own, rule)).flatten();
        };
        let selector = node.get("matchLabels").map(Selector::of_map).unwrap_or_default();
        let scope = (!is_root).then_some(own);
        (!self.has_selected(policy, scope, &selector)).then(|| self.unselected(policy, node, scope, rule)).flatten()
    }

    fn has_selected(&self, policy: &Resource, namespace: Option<&str>, selector: &Selector) -> bool {
        let Some(namespace) = namespace else {
            let outside = self.endpoints.as_ref().is_some_and(|it| it.has_anywhere(&selector.equal));
            return outside || self.workloads.selected_anywhere(selector).any(|workload| self.has(workload));
        };
        let selected = self.workloads.selected(namespace, selector);
        let mut near = selected.filter(|workload| self.is_near(workload, policy));
        near.any(|workload| self.has(workload)) || self.has_outside(namespace, selector)
    }

    fn has_outside(&self, namespace: &str, selector: &Selector) -> bool {
        self.endpoints.as_ref().is_some_and(|endpoints| endpoints.has(namespace, &selector.equal))
    }

    /// A policy for a namespace in which nothing is in the mesh.
    fn void(&self, policy: &Resource, namespace: &str, rule: &RuleInfo) -> Option<Finding> {
        let message = format!("no workload of namespace {namespace:?} is in the mesh");
        let finding = rule.finding(policy, policy.head(), message);
        let finding = finding.with_help("move the policy to the namespace that it is for, or add that to the mesh");
        self.sure(finding, Some(namespace))
    }

    fn unselected(
        &self,
        policy: &Resource,
        selector: &Node,
        namespace: Option<&str>,
        rule: &RuleInfo,
    ) -> Option<Finding> {
        let place = selector.get("matchLabels").unwrap_or(selector).span;
        let whose = namespace.map_or_else(|| "the mesh".into(), |namespace| format!("namespace {namespace:?}"));
        let message = format!("no workload of {whose} that is in the mesh has these labels");
        let finding = rule.finding(policy, place, message);
        self.sure(finding.with_help("correct the labels, or add the workload to the mesh"), namespace)
    }

    /// Says what the finding takes for granted; nothing is said of a namespace that was not read.
    fn sure(&self, finding: Finding, namespace: Option<&str>) -> Option<Finding> {
        if self.closed {
            return Some(finding);
        }
        match namespace {
            Some(name) if self.workloads.within(name).is_empty() => None,
            Some(name) => Some(finding.assuming(format!("the input has all workloads of namespace {name:?}"))),
            None if self.workloads.iter().next().is_none() => None,
            None => Some(finding.assuming("the input has all workloads of the mesh")),
        }
    }
}

fn has_targets(policy: &Resource) -> bool {
    let keys = ["targetRef", "targetRefs"].into_iter();
    keys.filter_map(|key| policy.root.at(&["spec", key])).any(|target| !target.is_empty())
}
