//! MSH616 `consul-jwt-provider-invalid`.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::values::url::is_requestable;
use crate::analyze::consul::{Checks, at, checked, has, is_set, items, text};
use crate::analyze::kinds::JWT_PROVIDER;
use crate::analyze::values::duration::nanoseconds;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH616",
    name: "consul-jwt-provider-invalid",
    summary: "A JWTProvider says in two ways, in none or wrongly where keys or tokens are",
    why: "
The keys are local or remote; local ones are in base64 or in a file; a token is in a header, a parameter or a cookie; the
authority that a remote server is checked by is given in one way. The admission webhook refuses a JWTProvider that says two of
these or none, keys that are no base64, a URL that cannot be asked for, and a wait between tries that is longer than the longest
one.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: JWTProvider
metadata: { name: okta, namespace: shop }
spec: { issuer: okta, jsonWebKeySet: { remote: { uri: okta.example.com/keys } } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: JWTProvider
metadata: { name: okta, namespace: shop }
spec: { issuer: okta, jsonWebKeySet: { remote: { uri: 'https://okta.example.com/keys' } } }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/jwt-provider"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

/// Go does not mind what the last bits say that no byte has.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(JWT_PROVIDER, check)])
}

/// Exactly one of some fields is there.
fn exactly_one(checks: &mut Checks<'_>, map: &Node, keys: &[&str], is_there: impl Fn(&Node, &str) -> bool) -> bool {
    let there = keys.iter().filter(|key| is_there(map, key)).count();
    if there != 1 {
        let message = format!("exactly one of {} must be given", keys.join(", "));
        checks.on(map, message, if there == 0 { "give one of them" } else { "keep one of them" });
    }
    there == 1
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    if let Some(keys) = at(spec, &["jsonWebKeySet"]) {
        exactly_one(checks, keys, &["local", "remote"], has);
        if let Some(keys) = at(keys, &["local"]) {
            local(checks, keys);
        }
        if let Some(keys) = at(keys, &["remote"]) {
            remote(checks, keys);
        }
    }
    for place in items(spec, "locations") {
        exactly_one(checks, place, &["header", "queryParam", "cookie"], has);
    }
}

fn local(checks: &mut Checks<'_>, local: &Node) {
    exactly_one(checks, local, &["jwks", "filename"], is_set);
    let keys: String = text(local, "jwks").chars().filter(|c| !"\r\n".contains(*c)).collect();
    if BASE64.decode(keys).is_err() {
        checks.at(local, "jwks", "the keys are no base64", "encode the set of keys in base64, with padding");
    }
}

fn remote(checks: &mut Checks<'_>, remote: &Node) {
    let uri = text(remote, "uri");
    if !uri.is_empty() && !is_requestable(uri) {
        checks.at(remote, "uri", format!("{uri:?} is no URL that can be asked for"), "write it as https://HOST/PATH");
    }
    if let Some(wait) = at(remote, &["retryPolicy", "retryPolicyBackOff"]) {
        let time = |key: &str| nanoseconds(text(wait, key)).unwrap_or_default();
        if time("maxInterval") != 0 && time("baseInterval") > time("maxInterval") {
            checks.on(wait, "baseInterval is longer than maxInterval", "make maxInterval at least as long");
        }
    }
    let Some(certificates) = at(remote, &["jwksCluster", "tlsCertificates"]) else { return };
    exactly_one(checks, certificates, &["trustedCA", "caCertificateProviderInstance"], has);
    if let Some(authority) = at(certificates, &["trustedCA"]) {
        exactly_one(checks, authority, &["filename", "environmentVariable", "inlineString", "inlineBytes"], is_set);
    }
}
