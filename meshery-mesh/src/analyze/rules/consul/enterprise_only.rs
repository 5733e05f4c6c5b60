//! MSH630 `consul-enterprise-only`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, Edition, Enabled, SCOPED, scoped, text};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH630",
    name: "consul-enterprise-only",
    summary: "A field needs a feature of Consul Enterprise",
    why: "
Namespaces and admin partitions of Consul, sameness groups and limits of requests to a service are features of Consul
Enterprise. The admission webhook of a Consul without them refuses namespaces and partitions.

Where the control plane is among the objects, its options tell: it is an error if it was not told to use namespaces or
partitions, and fine if it was. Elsewhere this only says what the object takes for granted.",
    bad: "
# The control plane, without -enable-namespaces.
apiVersion: apps/v1
kind: Deployment
metadata: { name: consul-connect-injector, namespace: consul }
spec:
  selector: { matchLabels: { component: connect-injector } }
  template:
    metadata: { labels: { component: connect-injector } }
    spec: { containers: [{ name: sidecar-injector, command: [consul-k8s-control-plane, inject-connect] }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceSplitter
metadata: { name: web, namespace: shop }
spec: { splits: [{ weight: 100, service: web, namespace: next }] }",
    good: "
# The control plane, with namespaces.
apiVersion: apps/v1
kind: Deployment
metadata: { name: consul-connect-injector, namespace: consul }
spec:
  selector: { matchLabels: { component: connect-injector } }
  template:
    metadata: { labels: { component: connect-injector } }
    spec:
      containers:
      - name: sidecar-injector
        command: [consul-k8s-control-plane, inject-connect, -enable-namespaces=true]
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceSplitter
metadata: { name: web, namespace: shop }
spec: { splits: [{ weight: 100, service: web, namespace: next }] }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/enterprise",
        "https://developer.hashicorp.com/consul/docs/enterprise/namespaces",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let edition = world.view::<Edition>();
    let features = [("namespace", edition.namespaces), ("partition", edition.partitions)];
    let mut findings = Vec::new();
    for kind in SCOPED {
        for object in world.of(kind) {
            let mut checks = Checks::new(rule, object);
            for map in object.root.get("spec").into_iter().flat_map(scoped) {
                for (key, enabled) in features {
                    if enabled == Enabled::Yes || text(map, key).is_empty() {
                        continue;
                    }
                    let message = format!("a {key} of Consul needs Consul Enterprise with {key}s enabled");
                    checks.at(map, key, message, format!("enable {key}s, or take {key} away"));
                    if enabled == Enabled::Unknown {
                        let last = checks.findings.pop();
                        checks.findings.extend(last.map(|it| it.as_bad_as(Severity::Info)));
                    }
                }
            }
            findings.append(&mut checks.findings);
        }
    }
    findings
}
