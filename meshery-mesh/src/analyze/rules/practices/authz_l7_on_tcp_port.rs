//! MSH806 `authz-l7-on-tcp-port`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Unread, unread};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH806",
    name: "authz-l7-on-tcp-port",
    severity: Severity::Warning,
    category: Category::Correctness,
    summary: "A policy asks of requests what the proxy does not read on that port",
    why: "
On a port of TCP, or of TLS that the application ends itself, the proxy sees bytes. A policy of Istio that asks for paths,
methods or hosts there never allows anything, or denies everything; permissions of Consul deny everything; a route of Linkerd
is never taken.

A port counts whose protocol is said. What the proxy has to find out by itself does not.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: db, namespace: shop }
spec:
  action: DENY
  selector: { matchLabels: { app: db } }
  rules: [{ to: [{ operation: { paths: ['/admin'] } }] }]
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { selector: { app: db }, ports: [{ name: tcp-db, port: 5432 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: db, namespace: shop }
spec:
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: 'postgres:18' }] }",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: db, namespace: shop }
spec:
  action: DENY
  selector: { matchLabels: { app: db } }
  rules: [{ to: [{ operation: { ports: ['5432'] } }] }]
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { selector: { app: db }, ports: [{ name: tcp-db, port: 5432 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: db, namespace: shop }
spec:
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: 'postgres:18' }] }",
    references: &[
        "https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/",
        "https://linkerd.io/2/reference/authorization-policy/",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-intentions",
    ],
    meshes: &["consul", "istio", "linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    unread(world, |it: Unread| {
        let finding = it.place.finding(rule, it.message).with_help(it.help);
        it.port.relate(finding, "says what it carries")
    })
}
