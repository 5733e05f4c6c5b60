//! MSH626 `consul-tls-versions-contradictory`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, checked, each, is_set, text};
use crate::analyze::kinds::{CONSUL_MESH, INGRESS_GATEWAY};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH626",
    name: "consul-tls-versions-contradictory",
    summary: "The least version of TLS is above the greatest, or settings belong to another version",
    why: "
Nobody can connect where the least version is above the greatest one; Consul's servers refuse that. Curves can be chosen where
TLS 1.3 is the least version only: the admission webhook refuses them otherwise. Suites can be chosen below TLS 1.3 only.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: Mesh
metadata: { name: mesh, namespace: consul }
spec: { tls: { incoming: { tlsMinVersion: TLSv1_3, tlsMaxVersion: TLSv1_2 } } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: Mesh
metadata: { name: mesh, namespace: consul }
spec: { tls: { incoming: { tlsMinVersion: TLSv1_2, tlsMaxVersion: TLSv1_3 } } }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/mesh",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/ingress-gateway",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

/// From the oldest to the newest.
const VERSIONS: [&str; 4] = ["TLSv1_0", "TLSv1_1", "TLSv1_2", "TLSv1_3"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(CONSUL_MESH, mesh), (INGRESS_GATEWAY, ingress)])
}

fn mesh(checks: &mut Checks<'_>, spec: &Node) {
    for side in each(spec, &["tls", "*"]) {
        versions(checks, side);
        if is_set(side, "ecdhCurves") && text(side, "tlsMinVersion") != "TLSv1_3" {
            let message = "curves can be chosen where tlsMinVersion is TLSv1_3 only";
            checks.at(side, "ecdhCurves", message, "set tlsMinVersion to TLSv1_3, or take the curves away");
        }
    }
}

fn ingress(checks: &mut Checks<'_>, spec: &Node) {
    for tls in each(spec, &["tls"]).into_iter().chain(each(spec, &["listeners", "*", "tls"])) {
        versions(checks, tls);
    }
}

fn versions(checks: &mut Checks<'_>, tls: &Node) {
    let place = |key: &str| VERSIONS.iter().position(|version| *version == text(tls, key));
    let (least, greatest) = (place("tlsMinVersion"), place("tlsMaxVersion"));
    if least.zip(greatest).is_some_and(|(least, greatest)| least > greatest) {
        let message = "tlsMaxVersion is below tlsMinVersion";
        checks.at(tls, "tlsMaxVersion", message, "make it at least tlsMinVersion");
        checks.when_synced();
    }
    if is_set(tls, "cipherSuites") && text(tls, "tlsMinVersion") == "TLSv1_3" {
        let message = "suites cannot be chosen for TLS 1.3";
        checks.at(tls, "cipherSuites", message, "take the suites away, or lower tlsMinVersion");
        checks.when_synced();
    }
}
