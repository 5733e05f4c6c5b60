//! MSH812 `tls-origination-unverified`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Unverified, unverified};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH812",
    name: "tls-origination-unverified",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "The proxy speaks TLS to the outside and does not verify with whom",
    why: "
Such a connection is encrypted, and perhaps to somebody who only sits between the two. Whoever can do that reads and changes
everything.

Rules that look for a missing certificate authority find what names none; this one finds settings that turn verification
off.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshExternalService
metadata: { name: bank, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  match: { type: HostnameGenerator, port: 443, protocol: http }
  endpoints: [{ address: bank.example.com, port: 443 }]
  tls: { enabled: true, verification: { mode: SkipAll } }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshExternalService
metadata: { name: bank, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  match: { type: HostnameGenerator, port: 443, protocol: http }
  endpoints: [{ address: bank.example.com, port: 443 }]
  tls: { enabled: true, verification: { mode: Secured } }",
    references: &[
        "https://kuma.io/docs/latest/networking/meshexternalservice/",
        "https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings",
    ],
    meshes: &["istio", "kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let finding = |it: Unverified| it.place.finding(rule, it.message).with_help(it.help);
    unverified(world).into_iter().map(finding).collect()
}
