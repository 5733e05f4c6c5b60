//! MSH532 `kuma-namespace-wrong`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kubernetes::Workloads;
use crate::analyze::kuma::kind;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH532",
    name: "kuma-namespace-wrong",
    summary: "An object that only the namespace of the control plane may have is elsewhere",
    why: "
What concerns the whole mesh is created beside the control plane, in `kuma-system` unless it was installed elsewhere: hosts,
identities, what is trusted, collectors and external services. The control plane refuses it in other namespaces.

Where the control plane is not among the objects, a namespace whose name ends with `-system` may be its own.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshExternalService
metadata: { name: mail, namespace: shop, labels: { kuma.io/mesh: default } }
spec:
  match: { type: HostnameGenerator, port: 25, protocol: tcp }
  endpoints: [{ address: mail.example.com, port: 25 }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshExternalService
metadata: { name: mail, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  match: { type: HostnameGenerator, port: 25, protocol: tcp }
  endpoints: [{ address: mail.example.com, port: 25 }]",
    references: &["https://kuma.io/docs/latest/networking/meshexternalservice/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// The kinds that only the namespace of the control plane may have.
const KINDS: [&str; 5] =
    ["HostnameGenerator", "MeshExternalService", "MeshIdentity", "MeshOpenTelemetryBackend", "MeshTrust"];
/// The label of the control plane's own pods.
const CONTROL_PLANE: &str = "kuma-control-plane";

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let workloads = world.view::<Workloads>();
    let own = workloads.iter().find(|workload| workload.labels.get("app") == Some(CONTROL_PLANE));
    let own = own.map(|workload| workload.namespace().to_owned());
    let mut findings = Vec::new();
    for object in KINDS.iter().flat_map(|name| world.of(kind(name))) {
        // Who does not say it leaves it to the tool that applies the object.
        let Some((namespace, node)) = object.namespace.as_deref().zip(object.root.at(&["metadata", "namespace"]))
        else {
            continue;
        };
        let is_good = own.as_ref().map_or(namespace.ends_with("-system"), |own| own == namespace);
        if is_good {
            continue;
        }
        let place = own.as_deref().unwrap_or("kuma-system");
        let message = format!("a {} can be in the namespace of the control plane only", object.kind);
        let finding = rule.finding(object, node.span, message).with_help(format!("create it in {place}"));
        findings.push(if own.is_some() || world.settings().closed {
            finding
        } else {
            finding.as_bad_as(Severity::Warning).assuming(format!("the control plane is not in {namespace}"))
        });
    }
    findings
}
