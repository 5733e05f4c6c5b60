//! MSH002 `allowance-expired`.

use meshery_core::Severity;

use crate::analyze::Rule;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH002",
    name: "allowance-expired",
    severity: Severity::Warning,
    summary: "The day until which a finding was allowed has passed",
    why: "
Somebody wanted to look at it again after that day. The finding is told again, and the allowance beside it.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
  annotations: { meshery.io/allow: 'MSH101 until 2020-01-31: soon' }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
  annotations: { meshery.io/allow: 'MSH101 until 2100-01-31: the Service comes with another team' }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }",
    references: &["https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317661"],
    ..Rule::NEW
};
