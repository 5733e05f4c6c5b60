//! MSH522 `kuma-identity-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, list, of_kinds, present, text, walk};
use crate::analyze::values::pem;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH522",
    name: "kuma-identity-invalid",
    summary: "A MeshIdentity has no authority to issue by, or a MeshTrust none to trust",
    why: "
A bundled provider issues by an authority that it makes itself, `autogenerate`, or by one that it is given with certificate and
key: by exactly one of them. A MeshTrust names a trust domain of at most 253 characters and the certificates that are trusted
in it, as PEM. The control plane refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshTrust
metadata: { name: other, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  trustDomain: other.mesh.local
  caBundles: [{ type: Pem, pem: { value: MIIB } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshTrust
metadata: { name: other, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  trustDomain: other.mesh.local
  caBundles:
  - type: Pem
    pem:
      value: |
        -----BEGIN CERTIFICATE-----
        MIIB
        -----END CERTIFICATE-----",
    references: &[
        "https://github.com/kumahq/kuma/tree/master/pkg/core/resources/apis/meshidentity",
        "https://github.com/kumahq/kuma/tree/master/pkg/core/resources/apis/meshtrust",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = of_kinds(world, rule, &["MeshIdentity"], identity);
    findings.extend(of_kinds(world, rule, &["MeshTrust"], trust));
    findings
}

fn identity(spec: &Node, flaws: &mut Flaws<'_>) {
    let Some(provider) = present(spec, "provider") else { return };
    match text(provider, "type") {
        "Bundled" => walk(provider, "bundled").into_iter().for_each(|node| bundled(node, flaws)),
        "Extension" => {
            for node in walk(provider, "extension").into_iter().filter(|node| text(node, "name").is_empty()) {
                flaws.add(present(node, "name").unwrap_or(node), "the extension has no name", "add name");
            }
        }
        _ => {}
    }
}

fn bundled(node: &Node, flaws: &mut Flaws<'_>) {
    let makes = walk(node, "autogenerate.enabled").first().and_then(|it| it.as_bool()).unwrap_or(false);
    let Some(authority) = present(node, "ca") else {
        if !makes {
            flaws.add(node, "there is no authority to issue by", "add ca, or autogenerate: { enabled: true }");
        }
        return;
    };
    if makes {
        flaws.add(authority, "an authority is given, and one is to be made", "remove ca, or autogenerate");
        return;
    }
    for part in ["certificate", "privateKey"].iter().filter(|part| present(authority, part).is_none()) {
        flaws.add(authority, format!("the authority has no {part}"), format!("add {part}"));
    }
}

fn trust(spec: &Node, flaws: &mut Flaws<'_>) {
    let domain = text(spec, "trustDomain");
    let at = present(spec, "trustDomain").unwrap_or(spec);
    if domain.is_empty() {
        flaws.add(at, "there is no trust domain", "add trustDomain");
    } else if domain.len() > 253 {
        flaws.add(at, format!("the trust domain has {} characters", domain.len()), "use at most 253");
    }
    let bundles = list(spec, "caBundles");
    if bundles.is_empty() {
        flaws.add(present(spec, "caBundles").unwrap_or(spec), "nobody is trusted", "add caBundles");
    }
    for node in walk(spec, "caBundles[].pem") {
        if !pem::is_certificate(text(node, "value")) {
            flaws.add(
                present(node, "value").unwrap_or(node),
                "it is no certificate as PEM",
                "begin with -----BEGIN CERTIFICATE-----",
            );
        }
    }
}
