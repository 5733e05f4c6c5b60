//! MSH911 `object-refused`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::schema::ViolationKind;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH911",
    name: "object-refused",
    summary: "The API server refuses an object of its own kinds, for what no schema says",
    why: "
Much of what the API server asks of Pods, Services and what makes pods is in its code and in no schema: that a container has
an image, a Service a port and of several ports each a name, that a Deployment finds the pods that it makes, that a mounted
volume is there, that names and labels are well formed. Nothing of the object is taken then.",
    bad: "
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ port: 80 }, { port: 9090, nodePort: 30090, targetPort: metrics_port }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: review } }
  template:
    metadata: { labels: { app: reviews } }
    spec: { containers: [{ name: reviews, volumeMounts: [{ name: cache, mountPath: /cache }] }] }",
    good: "
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec:
  selector: { app: reviews }
  ports: [{ name: http, port: 80 }, { name: http-metrics, port: 9090, targetPort: metrics-port }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  template:
    metadata: { labels: { app: reviews } }
    spec:
      containers: [{ name: reviews, image: 'shop/reviews:1', volumeMounts: [{ name: cache, mountPath: /cache }] }]
      volumes: [{ name: cache, emptyDir: {} }]",
    references: &[
        "https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services",
        "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, ViolationKind::Refused)
}
