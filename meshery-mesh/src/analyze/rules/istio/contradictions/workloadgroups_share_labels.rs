//! MSH282 `workloadgroups-share-labels`.

use std::collections::BTreeMap;

use meshery_core::resource::Resource;
use meshery_core::world::Labels;
use meshery_core::{Finding, RuleInfo, Severity, World};

use super::path_or;
use crate::analyze::Rule;
use crate::analyze::kinds::WORKLOAD_GROUP;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH282",
    name: "workloadgroups-share-labels",
    severity: Severity::Warning,
    summary: "Several WorkloadGroups of a namespace give their machines the same labels",
    why: "
By its labels a machine is found: by ServiceEntries and Services, by policies, and by who looks at the mesh. Machines
of two groups with the same labels cannot be told apart, though the groups were made to do so.",
    bad: "
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: bills-old, namespace: shop }
spec: { metadata: { labels: { app: bills } }, template: { serviceAccount: default } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: bills-new, namespace: shop }
spec: { metadata: { labels: { app: bills } }, template: { serviceAccount: default } }",
    good: "
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: bills-old, namespace: shop }
spec: { metadata: { labels: { app: bills, version: v1 } }, template: { serviceAccount: default } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: bills-new, namespace: shop }
spec: { metadata: { labels: { app: bills, version: v2 } }, template: { serviceAccount: default } }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/workload-group/",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1702"],
    run,
    ..Rule::NEW
};

/// A namespace, and labels.
type Key<'a> = (&'a str, Vec<(String, String)>);

/// Where a group says what labels its machines get.
const LABELS: [&str; 3] = ["spec", "metadata", "labels"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut groups: BTreeMap<Key<'_>, Vec<&Resource>> = BTreeMap::new();
    for group in world.of(WORKLOAD_GROUP) {
        let labels = Labels::of(group.root.at(&LABELS));
        if !labels.is_empty() {
            let key = labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            groups.entry((group.namespace_or_default(), key)).or_default().push(group);
        }
    }
    let place = |group: &Resource| path_or(group, &LABELS, group.head());
    let mut findings = Vec::new();
    for groups in groups.into_values() {
        let Some(first) = groups.first() else { continue };
        let Some(second) = groups.iter().find(|group| group.name != first.name) else { continue };
        for group in &groups {
            let other = if group.name == first.name { second } else { first };
            let message = format!("{other} gives its machines the same labels");
            let finding = rule.finding(group, place(group), message).with_help("add a label that tells them apart");
            findings.push(finding.with_related(other, place(other), "the same labels"));
        }
    }
    findings
}
