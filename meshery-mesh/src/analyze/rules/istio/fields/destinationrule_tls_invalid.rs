//! MSH230 `destinationrule-tls-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH230",
    name: "destinationrule-tls-invalid",
    summary: "The TLS settings of a client cannot be used",
    why: "
A client that shows a certificate needs it with the key. Certificates are named by a Secret or by files, and whoever takes
any server's certificate cannot be told whom to trust. istiod's webhook refuses all else.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: db.example.com
  trafficPolicy: { tls: { mode: MUTUAL, clientCertificate: /etc/cert.pem } }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: db.example.com
  trafficPolicy: { tls: { mode: MUTUAL, clientCertificate: /etc/cert.pem, privateKey: /etc/key.pem, caCertificates: /etc/ca.pem } }",
    references: &["https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.MeshConfig",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::ClientTls)
}
