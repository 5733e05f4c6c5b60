//! MSH003 `allowance-unused`.

use meshery_core::Severity;

use crate::analyze::Rule;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH003",
    name: "allowance-unused",
    severity: Severity::Info,
    summary: "What is allowed is not found",
    why: "
What was wrong is mended, or was never meant. Left in place, the allowance would hide the next mistake of its kind.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
  annotations: { meshery.io/allow: 'MSH101: the Service comes with the next release' }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 80 }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 80 }] }",
    references: &["https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317661"],
    ..Rule::NEW
};
