//! MSH520 `kuma-template-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, Template, of_kinds, present, rendered, text, walk};
use crate::analyze::values::{dns, spiffe};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH520",
    name: "kuma-template-invalid",
    summary: "A template of names cannot be read, or does not make names",
    why: "
Hosts and identities are made by templates of Go, as `{{ .DisplayName }}.{{ .Namespace }}.mesh`, from the fields that there are.
What comes out has to be a name: of lower case letters, digits, dashes and dots, without empty parts. The control plane
refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: HostnameGenerator
metadata: { name: local, namespace: kuma-system }
spec:
  selector: { meshService: { matchLabels: { kuma.io/origin: zone } } }
  template: '{{ .Service }}.mesh'",
    good: "
apiVersion: kuma.io/v1alpha1
kind: HostnameGenerator
metadata: { name: local, namespace: kuma-system }
spec:
  selector: { meshService: { matchLabels: { kuma.io/origin: zone } } }
  template: '{{ .DisplayName }}.mesh'",
    references: &["https://kuma.io/docs/latest/networking/hostnamegenerator/", "https://pkg.go.dev/text/template"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

const HOST: &[(&str, &str)] =
    &[("Name", "name"), ("DisplayName", "displayname"), ("Namespace", "namespace"), ("Mesh", "mesh"), ("Zone", "zone")];
const DOMAIN: &[(&str, &str)] = &[("Mesh", "mesh"), ("Zone", "zone")];
const PATH: &[(&str, &str)] = &[
    ("TrustDomain", "trust-domain"),
    ("Namespace", "namespace"),
    ("ServiceAccount", "service-account"),
    ("Workload", "workload"),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = of_kinds(world, rule, &["HostnameGenerator"], |spec, flaws| {
        if text(spec, "template").is_empty() {
            flaws.add(
                present(spec, "template").unwrap_or(spec),
                "there is no template",
                "write it as '{{ .DisplayName }}.mesh'",
            );
        } else if let Some(node) = present(spec, "template") {
            let fault = |name: &str| {
                (!dns::is_subdomain(name)).then_some("a host has lower case letters, digits, dashes and dots only")
            };
            check(node, HOST, fault, flaws);
        }
    });
    findings.extend(of_kinds(world, rule, &["MeshIdentity"], |spec, flaws| {
        for node in walk(spec, "spiffeID.trustDomain").into_iter().filter(|node| !node.is_empty()) {
            check(node, DOMAIN, spiffe::domain_fault, flaws);
        }
        for node in walk(spec, "spiffeID.path").into_iter().filter(|node| !node.is_empty()) {
            check(node, PATH, spiffe::path_fault, flaws);
        }
    }));
    findings
}

fn check(node: &Node, fields: &[(&str, &str)], fault: impl Fn(&str) -> Option<&'static str>, flaws: &mut Flaws<'_>) {
    let names: Vec<String> = fields.iter().map(|(name, _)| format!("{{{{ .{name} }}}}")).collect();
    match rendered(node.as_str().unwrap_or_default(), fields) {
        Template::Broken(why) => {
            flaws.add(node, format!("the template cannot be read: {why}"), format!("use {}", names.join(", ")));
        }
        Template::Text(made) => {
            if let Some(fault) = fault(&made) {
                flaws.add(
                    node,
                    format!("the template makes {made:?}: {fault}"),
                    format!("use {} with what may stand between them", names.join(", ")),
                );
            }
        }
        Template::Unjudged => {}
    }
}
