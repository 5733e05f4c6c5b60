//! MSH126 `destinationrule-port-ca-missing`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::client_tls::{Effect, Level, Unverified, unverified};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH126",
    name: "destinationrule-port-ca-missing",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "A DestinationRule asks for TLS at a port and names nobody who vouches for the server",
    why: "
What is said for a port takes the place of what is said for the host, also where it says less: `caCertificates` of the
host do not hold for it. Without them a proxy trusts the public authorities of its operating system. No public
authority signs the name of a Service of the cluster, so that every connection to the port fails; with
`insecureSkipVerify` any certificate is taken.

For a host outside the cluster the public authorities are right, and so nothing is said. Releases of Istio before 1.20
verified nothing at all without `caCertificates`.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: database, namespace: shop }
spec:
  host: database.shop.svc.cluster.local
  trafficPolicy:
    portLevelSettings: [{ port: { number: 5432 }, tls: { mode: SIMPLE } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: database, namespace: shop }
spec:
  host: database.shop.svc.cluster.local
  trafficPolicy:
    portLevelSettings:
    - port: { number: 5432 }
      tls: { mode: SIMPLE, caCertificates: /etc/certificates/authority.pem }",
    references: &["https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings"],
    meshes: &["istio"],
    aliases: &["IST0129"],
    upstream: "destinationrule.CaCertificateAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    unverified(world, Level::Port, |settings| finding(settings, rule))
}

fn finding(settings: &Unverified, rule: &RuleInfo) -> Finding {
    let host = &settings.host;
    let port = settings.port.map_or_else(|| "a port".into(), |port| format!("port {port}"));
    let message = match settings.effect {
        Effect::Anyone => format!("any certificate is taken at {port} for that of {host:?}"),
        Effect::Public => format!("only public authorities are trusted at {port}, and none signs the name {host:?}"),
    };
    let finding = rule.finding(&settings.object, settings.place, message);
    finding.with_help("name the authority that signs the server's certificate by caCertificates")
}
