//! MSH289 `authorization-method-unknown`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::edit::meant;
use crate::analyze::kinds::AUTHORIZATION_POLICY;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH289",
    name: "authorization-method-unknown",
    severity: Severity::Warning,
    summary: "An AuthorizationPolicy names a method that no request is likely to have",
    why: "
Methods are compared as they are written. One in small letters, or misspelt, is that of no request: what was to be allowed
is refused, and what was to be denied gets through. All requests of gRPC have the method POST, and what is called a method
there is their path: `/package.Service/Method`.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: readers, namespace: shop }
spec:
  action: ALLOW
  rules: [{ to: [{ operation: { methods: [get] } }] }]",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: readers, namespace: shop }
spec:
  action: ALLOW
  rules: [{ to: [{ operation: { methods: [GET] } }, { operation: { methods: [POST], paths: [/shop.Reviews/List] } }] }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation",
        "https://www.rfc-editor.org/rfc/rfc9110.html#name-methods",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0102"],
    run,
    ..Rule::NEW
};

/// The methods of RFC 9110, and PATCH of RFC 5789.
const METHODS: [&str; 9] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let policies = world.of(AUTHORIZATION_POLICY).iter();
    let methods = policies.flat_map(|policy| {
        let operations =
            policy.items(&["spec", "rules"]).iter().filter_map(|rule| rule.get("to")).flat_map(Node::items);
        let operations = operations.filter_map(|to| to.get("operation"));
        let methods = operations.flat_map(|operation| ["methods", "notMethods"].map(|key| operation.get(key)));
        methods.flatten().flat_map(Node::items).map(move |method| (policy, method))
    });
    let findings = methods.filter_map(|(policy, node)| {
        let method = node.as_str().filter(|method| !is_known(method))?;
        if method.starts_with('/') {
            let message = format!("{method:?} is a path, and every request of gRPC has the method POST");
            return Some(rule.finding(policy, node.span, message).with_help("write POST, and this under paths"));
        }
        let finding = rule.finding(policy, node.span, format!("{method:?} is no method of HTTP"));
        let near = nearest(&method.to_ascii_uppercase(), METHODS.into_iter());
        Some(meant(finding, policy, method, near, format!("write one of {}", METHODS.join(", "))))
    });
    findings.collect()
}

/// Whether requests have this method, as far as anybody knows: with a wildcard it may be any.
fn is_known(method: &str) -> bool {
    METHODS.contains(&method) || method.contains('*')
}
