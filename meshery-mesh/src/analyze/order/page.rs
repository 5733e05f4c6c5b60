//! The page of MSH890 `order-unsafe`.

use meshery_core::Severity;

use crate::analyze::Rule;

/// The rule that the findings of [`order()`](fn@super::order) belong to. It compares two moments, so that it is not among
/// [`rules()`](fn@crate::analyze::rules): in its examples what runs stands above the line `# wanted`.
///
/// ```
/// use meshery_mesh::analyze::order::RULE;
///
/// assert!(RULE.page().starts_with("# MSH890 `order-unsafe`"));
/// ```
pub const RULE: Rule = Rule {
    code: "MSH890",
    name: "order-unsafe",
    severity: Severity::Warning,
    summary: "Applying the files in the given order breaks something for a moment",
    why: "
What is applied one object after the other takes effect one object after the other. A route to a subset that its
DestinationRule defines a second later answers every request of this second with 503, and so does one whose subset went away
a second too soon. What is needed has to be made before it is used, and to be used no longer before it is taken away.

Where one change does both, brings what another needs and takes away what that still uses, no order is safe: it has to be
made in two.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }
# wanted
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v2 } }] }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v2, labels: { version: v2 } }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }
# wanted
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v2, labels: { version: v2 } }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v2 } }] }] }",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/traffic-management/#avoid-503-errors-while-reconfiguring-service-routes",
    ],
    ..Rule::NEW
};
