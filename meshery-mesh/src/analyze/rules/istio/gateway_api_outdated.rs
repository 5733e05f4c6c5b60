//! MSH155 `gateway-api-outdated`.

use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::DEFINITION;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH155",
    name: "gateway-api-outdated",
    severity: Severity::Warning,
    summary: "A definition of the Gateway API is older than what Istio reads",
    why: "
istiod looks at the release in the annotation `gateway.networking.k8s.io/bundle-version`, and passes over a kind whose
definition is too old for it, without a word in any status: routes of the kind exist, and lead nowhere.

The releases are those that Istio 1.32 asks for: 1.1 for GRPCRoute, 1.4 for BackendTLSPolicy, 1.5 for TLSRoute, 1.6 for
TCPRoute. Earlier releases of Istio ask for less. A definition without the annotation is passed over too, but not reported.",
    bad: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: tlsroutes.gateway.networking.k8s.io
  annotations: { gateway.networking.k8s.io/bundle-version: v1.4.1 }
spec: { group: gateway.networking.k8s.io }",
    good: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: tlsroutes.gateway.networking.k8s.io
  annotations: { gateway.networking.k8s.io/bundle-version: v1.5.0 }
spec: { group: gateway.networking.k8s.io }",
    references: &[
        "https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#setup",
        "https://gateway-api.sigs.k8s.io/concepts/versioning/",
    ],
    meshes: &["istio"],
    aliases: &["IST0176"],
    upstream: "k8sgateway.CRDVersionAnalyzer",
    run,
    ..Rule::NEW
};

/// The annotation that says of which release of the Gateway API a definition is.
const ANNOTATION: &str = "gateway.networking.k8s.io/bundle-version";

/// A release: major, minor, patch.
type Release = [u64; 3];

/// The oldest release that is read, by definition.
const OLDEST: [(&str, Release); 4] = [
    ("grpcroutes.gateway.networking.k8s.io", [1, 1, 0]),
    ("backendtlspolicies.gateway.networking.k8s.io", [1, 4, 0]),
    ("tlsroutes.gateway.networking.k8s.io", [1, 5, 0]),
    ("tcproutes.gateway.networking.k8s.io", [1, 6, 0]),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(DEFINITION, |definition| report(definition, rule))
}

fn report(definition: &Resource, rule: &RuleInfo) -> Option<Finding> {
    let (_, oldest) = OLDEST.iter().find(|(name, _)| *name == &*definition.name)?;
    let place = definition.root.at(&["metadata", "annotations", ANNOTATION])?;
    let text = place.as_str()?;
    if release(text)? >= *oldest {
        return None;
    }
    let [major, minor, patch] = oldest;
    let message =
        format!("it is of release {text} of the Gateway API, and Istio reads it from {major}.{minor}.{patch} on");
    let help = format!("install release {major}.{minor}.{patch} of the Gateway API, or a later one");
    Some(rule.finding(definition, place.span, message).with_help(help).assuming("istiod is of release 1.32 or later"))
}

/// Reads a release as lavishly as upstream does: with or without `v`, of one to three numbers. What follows them, such as
/// `-rc.1`, counts for nothing.
fn release(text: &str) -> Option<Release> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (numbers, _) = text.split_once('+').unwrap_or((text, ""));
    let (numbers, _) = numbers.split_once('-').unwrap_or((numbers, ""));
    let mut release = Release::default();
    let mut parts = numbers.split('.');
    for (at, part) in release.iter_mut().enumerate() {
        *part = match parts.next() {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
            None if at > 0 => 0,
            _ => return None,
        };
    }
    parts.next().is_none().then_some(release)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_as_they_are_written() {
        assert_eq!(release("v1.4.1"), Some([1, 4, 1]));
        assert_eq!(release("1.5"), Some([1, 5, 0]));
        assert_eq!(release("v1.5.0-rc.1"), Some([1, 5, 0]));
        for text in ["", "v", "main", "1.x", "1.2.3.4", "1..2", "-1"] {
            assert_eq!(release(text), None, "{text:?}");
        }
    }
}
