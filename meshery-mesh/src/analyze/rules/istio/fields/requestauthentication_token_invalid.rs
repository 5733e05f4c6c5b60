//! MSH236 `requestauthentication-token-invalid`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH236",
    name: "requestauthentication-token-invalid",
    category: Category::Security,
    summary: "What a RequestAuthentication says of tokens cannot be used",
    why: "
A rule names who issues the tokens or where the keys are, and keys within it are a set in JSON. Names of headers, parameters
and claims are not empty.",
    bad: "
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: reviews, namespace: shop }
spec:
  jwtRules: [{ issuer: https://example.com, jwks: '{\"keys\": [{\"kty\": \"RSA\", \"e\": \"AQAB\"}]}' }]",
    good: "
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: reviews, namespace: shop }
spec:
  jwtRules: [{ issuer: https://example.com, jwksUri: https://example.com/keys }]",
    references: &["https://istio.io/latest/docs/reference/config/security/request_authentication/#JWTRule", "https://www.rfc-editor.org/rfc/rfc7517"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.RequestAuthentication",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Token)
}
