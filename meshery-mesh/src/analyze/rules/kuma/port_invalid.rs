//! MSH508 `kuma-port-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, of_kinds, present, text, walk};
use crate::analyze::values::address;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH508",
    name: "kuma-port-invalid",
    summary: "A port is not from 1 to 65535, or is missing",
    why: "
There are no other ports: 0 stands for any to the kernel, and for none to Kuma. The control plane refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshExternalService
metadata: { name: mail, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  match: { type: HostnameGenerator, port: 0, protocol: tcp }
  endpoints: [{ address: mail.example.com, port: 70000 }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshExternalService
metadata: { name: mail, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  match: { type: HostnameGenerator, port: 25, protocol: tcp }
  endpoints: [{ address: mail.example.com, port: 2525 }]",
    references: &[
        "https://kuma.io/docs/latest/networking/meshexternalservice/",
        "https://kuma.io/docs/latest/policies/meshmetric/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// Whether a port may be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// It may not.
    Always,
    /// It may.
    Never,
    /// It may, and 0 says the same.
    OrZero,
}
use Need::{Always, Never, OrZero};

/// What has a port, and the name of the field.
type Place = (&'static str, &'static str, Need);

/// Where ports stand.
const PORTS: &[(&str, &[Place])] = &[
    (
        "Dataplane",
        &[
            ("networking.inbound[]", "port", Always),
            ("networking.inbound[]", "servicePort", OrZero),
            ("networking.outbound[]", "port", Always),
            ("probes", "port", Always),
            ("probes.endpoints[]", "inboundPort", Always),
        ],
    ),
    ("MeshExternalService", &[("match", "port", Always)]),
    ("MeshGateway", &[("conf.listeners[]", "port", Always)]),
    ("MeshGatewayRoute", &[("conf.http.rules[].filters[].redirect", "port", OrZero)]),
    ("MeshMetric", &[("default.applications[]", "port", Always), ("default.backends[].prometheus", "port", Never)]),
    ("MeshOpenTelemetryBackend", &[("endpoint", "port", Never)]),
    ("MeshPassthrough", &[("default.appendMatch[]", "port", Never)]),
    ("MeshZoneAddress", &[("", "port", Always)]),
    ("ZoneEgress", &[("networking", "port", Always)]),
    ("ZoneIngress", &[("networking", "port", Always), ("networking", "advertisedPort", OrZero)]),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, ports) in PORTS {
        findings.extend(of_kinds(world, rule, &[*kind], |spec, flaws| {
            for (path, name, need) in *ports {
                for holder in walk(spec, path) {
                    check(holder, name, *need, flaws);
                }
            }
        }));
    }
    findings.extend(of_kinds(world, rule, &["MeshExternalService"], endpoints));
    findings
}

/// An extension has endpoints of its own kind.
fn endpoints(spec: &Node, flaws: &mut Flaws<'_>) {
    let endpoints = walk(spec, "endpoints[]").into_iter().filter(|_| present(spec, "extension").is_none());
    for endpoint in endpoints.filter(|endpoint| address::is_host(text(endpoint, "address"))) {
        check(endpoint, "port", Always, flaws);
    }
}

fn check(holder: &Node, name: &str, need: Need, flaws: &mut Flaws<'_>) {
    match present(holder, name) {
        None if need == Always && !holder.fields().is_empty() => {
            flaws.add(holder, format!("{name} is missing"), format!("add {name}, from 1 to 65535"));
        }
        Some(node)
            if node.as_int().is_some_and(|port| !(1..=65535).contains(&port) && (port != 0 || need != OrZero)) =>
        {
            flaws.add(node, "a port is from 1 to 65535", "use another port");
        }
        _ => {}
    }
}
