//! MSH852 `addressed-to-absent-mesh`.

use meshery_core::analyzer::Category;
use meshery_core::resource::Kind;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::kubernetes::Workloads;
use crate::analyze::neutral::{ControlPlanes, Injected, Mark, Mesh};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH852",
    name: "addressed-to-absent-mesh",
    severity: Severity::Warning,
    category: Category::Correctness,
    summary: "Something is told to a mesh that is not there, while another one is",
    why: "
After a move from one mesh to another, labels and policies of the former one are left over. Nobody reads them: a namespace
that asks for the wrong injector runs without a proxy, and a policy that denies denies nothing.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: linkerd-destination, namespace: linkerd }
spec:
  replicas: 3
  template:
    metadata: { labels: { linkerd.io/control-plane-component: destination } }
    spec: { containers: [] }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: linkerd-destination, namespace: linkerd }
spec:
  replicas: 3
  template:
    metadata: { labels: { linkerd.io/control-plane-component: destination } }
    spec: { containers: [] }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }",
    references: &[
        "https://linkerd.io/2/features/proxy-injection/",
        "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/",
    ],
    run,
    ..Rule::NEW
};

/// Kinds by which one tells a mesh what to do.
const KINDS: [(Mesh, &[Kind<'static>]); 4] = [
    (
        Mesh::Consul,
        &[
            Kind::new("consul.hashicorp.com", "ServiceDefaults"),
            Kind::new("consul.hashicorp.com", "ServiceIntentions"),
            Kind::new("consul.hashicorp.com", "ServiceResolver"),
            Kind::new("consul.hashicorp.com", "ServiceRouter"),
            Kind::new("consul.hashicorp.com", "ServiceSplitter"),
        ],
    ),
    (
        Mesh::Istio,
        &[
            Kind::new("networking.istio.io", "DestinationRule"),
            Kind::new("networking.istio.io", "EnvoyFilter"),
            Kind::new("networking.istio.io", "VirtualService"),
            Kind::new("security.istio.io", "AuthorizationPolicy"),
            Kind::new("security.istio.io", "PeerAuthentication"),
            Kind::new("security.istio.io", "RequestAuthentication"),
        ],
    ),
    (
        Mesh::Kuma,
        &[
            Kind::new("kuma.io", "MeshHTTPRoute"),
            Kind::new("kuma.io", "MeshRetry"),
            Kind::new("kuma.io", "MeshTimeout"),
            Kind::new("kuma.io", "MeshTrafficPermission"),
        ],
    ),
    (
        Mesh::Linkerd,
        &[
            Kind::new("linkerd.io", "ServiceProfile"),
            Kind::new("policy.linkerd.io", "AuthorizationPolicy"),
            Kind::new("policy.linkerd.io", "Server"),
        ],
    ),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let planes = world.view::<ControlPlanes>();
    let Some(there) = planes.iter().next() else { return Vec::new() };
    let is_absent = |mesh: Mesh| planes.of(mesh).is_none();
    let injected = world.view::<Injected>();
    let mut marks: Vec<Mark> = injected.namespaces().flatten().cloned().collect();
    marks.extend(world.view::<Workloads>().iter().flat_map(Injected::asked));
    for (mesh, kinds) in KINDS.iter().filter(|(mesh, _)| is_absent(*mesh)) {
        for object in kinds.iter().flat_map(|kind| world.of(*kind)) {
            let place = object.root.get("kind").map_or(object.head(), |kind| kind.span);
            marks.push(Mark { mesh: *mesh, object: object.clone(), place });
        }
    }
    let findings = marks.into_iter().filter(|mark| is_absent(mark.mesh)).filter_map(|mark| {
        let message = format!("this is told to {}, and what is there is {}", mark.mesh, there.mesh);
        let help = format!("say it to {}, or remove it", there.mesh);
        let finding = rule.finding(&mark.object, mark.place, message).with_help(help);
        let finding = finding.with_related(&there.object, there.object.head(), "the control plane that is there");
        of_missing(world, true, finding, &format!("no control plane of {} is outside the input", mark.mesh))
    });
    findings.collect()
}
