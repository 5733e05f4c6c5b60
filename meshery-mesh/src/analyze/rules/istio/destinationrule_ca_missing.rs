//! MSH125 `destinationrule-ca-missing`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::client_tls::{Effect, Level, Unverified, unverified};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH125",
    name: "destinationrule-ca-missing",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "A DestinationRule asks for TLS and names nobody who vouches for the server",
    why: "
Without `caCertificates` a proxy trusts the public authorities of its operating system. No public authority signs the
name of a Service of the cluster, so that every connection to it fails; with `insecureSkipVerify` any certificate is
taken, and with it anybody who is on the way.

For a host outside the cluster the public authorities are right, and so nothing is said. Releases of Istio before 1.20
verified nothing at all without `caCertificates`.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: database, namespace: shop }
spec:
  host: database.shop.svc.cluster.local
  trafficPolicy:
    tls: { mode: SIMPLE }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: database, namespace: shop }
spec:
  host: database.shop.svc.cluster.local
  trafficPolicy:
    tls: { mode: SIMPLE, caCertificates: /etc/certificates/authority.pem }",
    references: &["https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings"],
    meshes: &["istio"],
    aliases: &["IST0128"],
    upstream: "destinationrule.CaCertificateAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    unverified(world, Level::Host, |settings| finding(settings, rule))
}

fn finding(settings: &Unverified, rule: &RuleInfo) -> Finding {
    let host = &settings.host;
    let message = match settings.effect {
        Effect::Anyone => format!("any certificate is taken for that of {host:?}"),
        Effect::Public => format!("only public authorities are trusted, and none signs the name {host:?}"),
    };
    let finding = rule.finding(&settings.object, settings.place, message);
    finding.with_help("name the authority that signs the server's certificate by caCertificates")
}
