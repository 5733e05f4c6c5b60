//! MSH910 `rule-unknown`.

use std::collections::BTreeSet;

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::schema::Conformance;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH910",
    name: "rule-unknown",
    severity: Severity::Info,
    summary: "A rule of the definition cannot be evaluated here",
    why: "
The rule is written in a CEL that is not known here: a function or a macro of a later version, or no CEL at all. Whether the
object keeps it is left to the API server; all other rules were asked.",
    bad: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: shops.example.com }
spec:
  group: example.com
  names: { kind: Shop, plural: shops }
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: { open: { type: boolean } }
            x-kubernetes-validations: [{ rule: \"self.open.isBusy()\" }]
---
apiVersion: example.com/v1
kind: Shop
metadata: { name: books, namespace: shop }
spec: { open: true }",
    good: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: shops.example.com }
spec:
  group: example.com
  names: { kind: Shop, plural: shops }
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: { open: { type: boolean } }
            x-kubernetes-validations: [{ rule: \"self.open\" }]
---
apiVersion: example.com/v1
kind: Shop
metadata: { name: books, namespace: shop }
spec: { open: true }",
    references: &["https://kubernetes.io/docs/reference/using-api/cel/"],
    run,
    ..Rule::NEW
};

/// Once for each kind and rule: the definition is to blame, not its objects.
fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let conformance = world.view::<Conformance>();
    let mut told = BTreeSet::new();
    let all = conformance.all().flat_map(|(resource, checked)| checked.unknown.iter().map(move |it| (resource, it)));
    let first = all.filter(|(resource, (text, _))| told.insert((resource.kind().to_string(), text)));
    let findings = first.map(|(resource, (text, why))| {
        let message = format!("whether this keeps a rule of its definition is not known here: {why}");
        rule.finding(resource, resource.head(), message).with_help(format!("ask the API server; the rule is {text}"))
    });
    findings.collect()
}
