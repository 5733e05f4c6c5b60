//! MSH173 `sidecar-in-ambient`.

use std::sync::Arc;

use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use super::sidecars_without_selector::is_default;
use crate::analyze::Rule;
use crate::analyze::istio::{Membership, Selecting, selecting};
use crate::analyze::kinds::SIDECAR;
use crate::analyze::kubernetes::Workloads;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH173",
    name: "sidecar-in-ambient",
    severity: Severity::Warning,
    summary: "A Sidecar is for workloads that have no sidecar, for their node's proxy carries their traffic",
    why: "
In ambient mode a workload has no proxy of its own that a Sidecar could configure. The Sidecar has no effect: it limits
neither which hosts the workload may reach nor how it is reached.

A running pod says by an annotation that its traffic is redirected; before it runs, the label `istio.io/dataplane-mode` of
the workload or its namespace tells. A namespace in which some workload has a sidecar all the same is left alone.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { egress: [{ hosts: [./*] }] }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { egress: [{ hosts: [./*] }] }",
    references: &[
        "https://istio.io/latest/docs/ambient/overview/",
        "https://istio.io/latest/docs/reference/config/networking/sidecar/",
    ],
    meshes: &["istio"],
    aliases: &["IST0167"],
    upstream: "sidecar.SelectorAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let look = Look {
        workloads: world.view::<Workloads>(),
        membership: world.view::<Membership>(),
        compatible: world.settings().compatible,
    };
    let help = "delete the Sidecar; limit access by AuthorizationPolicies, and configure routes at a waypoint";
    let selecting = selecting(world, SIDECAR, &["spec", "workloadSelector", "labels"]);
    let selected = selecting.iter().filter(|sidecar| look.selects_ambient(sidecar)).map(|sidecar| {
        let message = "the node's proxy carries the traffic of the workloads that it selects";
        rule.finding(sidecar.object, sidecar.labels.span, message).with_help(help)
    });
    let defaults = world.of(SIDECAR).iter().filter(|sidecar| is_default(sidecar));
    let defaults = defaults.filter_map(|sidecar| {
        let namespace = look.ambient_namespace(sidecar)?;
        let message = format!("{namespace} is in ambient mode, so its workloads have no sidecar");
        let finding = rule.finding(sidecar, sidecar.head(), message).with_help(help);
        Some(finding.with_related(&namespace, namespace.head(), "is in ambient mode"))
    });
    selected.chain(defaults).collect()
}

struct Look {
    workloads: Arc<Workloads>,
    membership: Arc<Membership>,
    compatible: bool,
}

impl Look {
    /// istioctl says so when it is true of one of the workloads, though the Sidecar is of use to the other ones.
    fn selects_ambient(&self, sidecar: &Selecting<'_>) -> bool {
        let mut selected = sidecar.workloads(&self.workloads).peekable();
        let is_ambient = |workload| self.membership.has_node_proxy(workload);
        if self.compatible { selected.any(is_ambient) } else { selected.peek().is_some() && selected.all(is_ambient) }
    }

    fn ambient_namespace(&self, sidecar: &Resource) -> Option<Arc<Resource>> {
        let name = if self.compatible { sidecar.namespace.as_deref()? } else { sidecar.namespace_or_default() };
        let namespace = self.membership.namespace(name).filter(|namespace| Membership::is_ambient(namespace))?;
        let has_sidecar =
            |workload| !self.membership.has_node_proxy(workload) && self.membership.has_sidecar(workload) == Some(true);
        let is_mixed = !self.compatible && self.workloads.within(name).iter().any(has_sidecar);
        (!is_mixed).then(|| Arc::clone(namespace))
    }
}
