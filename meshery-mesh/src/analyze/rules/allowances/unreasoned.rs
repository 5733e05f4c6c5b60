//! MSH001 `allowance-without-reason`.

use meshery_core::Severity;

use crate::analyze::Rule;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH001",
    name: "allowance-without-reason",
    severity: Severity::Warning,
    summary: "A finding is allowed without a reason",
    why: "
Whoever meets the allowance in a year cannot tell whether it is still right. It allows nothing until it says why.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
  annotations: { meshery.io/allow: 'MSH101' }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
  annotations: { meshery.io/allow: 'MSH101: the Service comes with the next release' }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }",
    references: &["https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317661"],
    ..Rule::NEW
};
