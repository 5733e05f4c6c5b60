//! MSH801 `mtls-not-strict`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::istio::MeshConfig;
use crate::analyze::kinds::PEER_AUTHENTICATION;
use crate::analyze::neutral::{Encryption, Encryptions, Members, Mesh, Mode, Place, Scope};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH801",
    name: "mtls-not-strict",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "Workloads of a mesh or namespace take plain text",
    why: "
A mesh that merely offers mutual TLS lets in whoever can reach the pod: without an identity, and read by everybody on the
way. To offer it is a step of a migration, and the documentation of the meshes asks to demand it afterwards.

What is said of a whole mesh or namespace counts; a single workload or port may have its reasons. Where nobody has said
anything to Istio, one finding tells it for the whole mesh, and only if its policies seem to be among the input. Of Linkerd,
which encrypts whatever it can, the rule about default access speaks.",
    bad: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: PERMISSIVE } }",
    good: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/security/#mutual-tls",
        "https://istio.io/latest/docs/tasks/security/authentication/mtls-migration/",
        "https://kuma.io/docs/latest/policies/mutual-tls/",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-defaults",
    ],
    meshes: &["consul", "istio", "kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let encryptions = world.view::<Encryptions>();
    let weak = encryptions.iter().filter(|it| it.mode != Mode::Strict && it.scope != Scope::Workloads);
    let mut findings: Vec<Finding> = weak.filter_map(|it| finding(world, rule, it)).collect();
    findings.extend(unsaid(world, rule, &encryptions));
    findings
}

fn finding(world: &World, rule: &RuleInfo, it: &Encryption) -> Option<Finding> {
    let of = match &it.scope {
        Scope::Mesh(name) if name.is_empty() => "the mesh".to_owned(),
        Scope::Mesh(name) => format!("the mesh {name:?}"),
        Scope::Namespace(name) => format!("namespace {name:?}"),
        Scope::Workloads => return None,
    };
    let message = format!("mutual TLS {} in {of}, so that plain text is taken", it.mode.words());
    let finding = it.place.finding(rule, message).with_help("demand it as soon as every client speaks it");
    match it.assumed {
        Some(assumed) => of_missing(world, true, finding, assumed),
        None => Some(finding),
    }
}

/// Istio offers mutual TLS where nobody says anything.
fn unsaid(world: &World, rule: &RuleInfo, encryptions: &Encryptions) -> Option<Finding> {
    let config = world.view::<MeshConfig>();
    let root = config.root_namespace();
    let is_said = encryptions.of(Mesh::Istio, &Scope::Mesh("".into())).is_some();
    if is_said || !world.covers(PEER_AUTHENTICATION, root) {
        return None;
    }
    let members = world.view::<Members>();
    let is_open = |name: &str| encryptions.of(Mesh::Istio, &Scope::Namespace(name.into())).is_none();
    let open: Vec<(&str, &Place)> = members.namespaces(Mesh::Istio).filter(|(name, _)| is_open(name)).collect();
    let (name, place) = open.first()?;
    let more = if open.len() > 1 { format!(" and {} more", open.len() - 1) } else { String::new() };
    let message = format!("mutual TLS is offered and not demanded in namespace {name:?}{more}");
    let finding = place.finding(rule, message).as_bad_as(Severity::Info);
    let help = format!("create a PeerAuthentication with mode STRICT in {root:?}");
    let finding = finding.with_help(help);
    Some(open.iter().skip(1).take(3).fold(finding, |finding, (_, place)| place.relate(finding, "takes plain text too")))
}
