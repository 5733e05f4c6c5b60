//! MSH247 `requestauthentication-private-key`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH247",
    name: "requestauthentication-private-key",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "The keys that tokens are checked with hold a private one",
    why: "
Whoever can read the object can make tokens that are taken. Envoy needs the public parts alone.",
    bad: "
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: reviews, namespace: shop }
spec:
  jwtRules: [{ issuer: https://example.com, jwks: '{\"keys\": [{\"kty\": \"oct\", \"k\": \"c2VjcmV0\"}]}' }]",
    good:
        "
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: reviews, namespace: shop }
spec:
  jwtRules: [{ issuer: https://example.com, jwks: '{\"keys\": [{\"kty\": \"RSA\", \"n\": \"AQ\", \"e\": \"AQAB\"}]}' }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/security/request_authentication/#JWTRule",
        "https://www.rfc-editor.org/rfc/rfc7517#section-9.2",
    ],
    meshes: &["istio"],
    aliases: &["IST0133"],
    upstream: "schema.ValidationAnalyzer.RequestAuthentication",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::PrivateKey)
}
