//! MSH850 `injected-by-two-meshes`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kubernetes::each_workload;
use crate::analyze::neutral::{Injected, Mark};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH850",
    name: "injected-by-two-meshes",
    severity: Severity::Warning,
    category: Category::Correctness,
    summary: "A namespace or pod asks two meshes for their proxies",
    why: "
Each injector adds its proxy and the rules that redirect all traffic of the pod to it. Which of them has the traffic in the
end depends on the order of the webhooks, and the proxies take each other's connections for the program's: calls go round in
circles or lack the identity that the policies of the other mesh ask for.",
    bad: "
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: { istio-injection: enabled }
  annotations: { linkerd.io/inject: enabled }",
    good: "
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: { istio-injection: disabled }
  annotations: { linkerd.io/inject: enabled }",
    references: &[
        "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/",
        "https://linkerd.io/2/features/proxy-injection/",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let injected = world.view::<Injected>();
    let mut findings: Vec<Finding> = injected.namespaces().filter_map(|marks| two(rule, marks)).collect();
    findings.extend(each_workload(world, |workload| {
        // What only its namespace says is told there.
        let own = Injected::asked(workload);
        let marks = if own.is_empty() { own } else { injected.of(workload) };
        two(rule, &marks)
    }));
    findings
}

/// The place of the pod's own mark comes first, for it may be that of a namespace that the pod forgot.
fn two(rule: &RuleInfo, marks: &[Mark]) -> Option<Finding> {
    let (first, second) = (marks.first()?, marks.get(1)?);
    let message = format!("asks both {} and {} for a proxy", first.mesh, second.mesh);
    let (here, there) = if second.object.kind == "Namespace".into() { (first, second) } else { (second, first) };
    let help = "ask one mesh, and say no to the other";
    let finding = rule.finding(&here.object, here.place, message).with_help(help);
    Some(finding.with_related(&there.object, there.place, format!("asks {}", there.mesh)))
}
