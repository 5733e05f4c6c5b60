//! Network Service Mesh on a cluster, with SPIRE: three kustomizations of its own repository.
//!
//! | setting | says | when it is not given |
//! |---|---|---|
//! | `kustomizations` | a checkout of `deployments-k8s`, or its URL without a revision | the project's |

use meshery_core::lifecycle::{
    ClusterCheck, ClusterMesh, Enrolment, Line, Marks, MeshFacts, OptIn, Releases, Source, Trace,
};
use meshery_core::{Error, InstanceSpec, MeshInfo, MeshProvider, Result};

use super::facts::{
    asks, core, data, injects, made, mutating, named, orphaned, part, ready, sidecars, validating, writes_webhooks,
};
use super::settings::Settings;

const REPOSITORY: &str = "https://github.com/networkservicemesh/deployments-k8s";
const FOLDERS: [&str; 3] =
    ["examples/spire/single_cluster", "examples/spire/single_cluster/clusterspiffeids", "examples/basic"];
const REQUEST: &str = "networkservicemesh.io";
/// What it puts into pods that ask.
const CLIENT: &str = "cmd-nsc";

pub(super) struct NetworkServiceMesh;

impl MeshProvider for NetworkServiceMesh {
    fn info(&self) -> MeshInfo {
        MeshInfo::new("nsm", "Network Service Mesh", "Network Service Mesh on a cluster, with SPIRE for identities")
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl ClusterMesh for NetworkServiceMesh {
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>> {
        let settings = Settings::new(&wanted.settings, &["kustomizations"])?;
        let base = settings.text("kustomizations")?.unwrap_or(REPOSITORY).trim_end_matches('/');
        let is_remote = base.contains("://");
        if is_remote && wanted.version.is_empty() {
            return Err(Error::invalid("version", "the version is missing")
                .expected("a version, since the kustomizations come from a repository")
                .found(base));
        }
        let version = wanted.version.trim_start_matches('v');
        Ok(FOLDERS
            .iter()
            .map(|folder| {
                let place =
                    if is_remote { format!("{base}/{folder}?ref=v{version}") } else { format!("{base}/{folder}") };
                Source::Kustomize(place)
            })
            .collect())
    }

    fn facts(&self, _wanted: &InstanceSpec) -> MeshFacts {
        MeshFacts {
            runtime_owners: vec![
                writes_webhooks("spire-controller-manager", "ValidatingWebhookConfiguration", &[]),
                writes_webhooks("cmd-admission-webhook-k8s", "MutatingWebhookConfiguration", &[]),
            ],
            residue: vec![
                made(core("Secret"), Some("nsm-system"), named("nsm-admission-webhook-certs"), "of the webhook"),
                data(
                    core("PersistentVolumeClaim"),
                    "spire",
                    Trace::NamePrefix("spire-data-".into()),
                    "SPIRE keeps its identities in it",
                ),
                asks(&OptIn::namespace_annotation(REQUEST, None)),
                orphaned(CLIENT),
            ],
            ..MeshFacts::default()
        }
    }

    fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        vec![ready(), injects(vec![opt_in()], CLIENT)]
    }

    /// Which network service a workload wants is for its user to say.
    fn enrolment(&self, _wanted: &InstanceSpec) -> Option<Enrolment> {
        Some(sidecars(vec![OptIn { value: None, ..opt_in() }], CLIENT, Vec::new()))
    }

    fn marks(&self) -> Marks {
        Marks {
            parts: vec![
                part("DaemonSet", named("nsmgr"), "nsmgr"),
                part("Deployment", named("registry-k8s"), "registry"),
                part("Deployment", named("admission-webhook-k8s"), "admission-webhook-k8s"),
                part("DaemonSet", Trace::NamePrefix("forwarder-".into()), "forwarder-vpp"),
            ],
            groups: vec!["networkservicemesh.io".into()],
            signs: vec![
                mutating(Trace::NamePrefix("nsm-mutating-webhook".into())),
                validating(named("spire-controller-manager-webhook")),
            ],
            opt_ins: vec![OptIn::namespace_annotation(REQUEST, None), OptIn { value: None, ..opt_in() }],
            proxies: vec![CLIENT.into()],
        }
    }

    fn releases(&self) -> Releases {
        let minors = ["1.10", "1.11", "1.12", "1.13", "1.14", "1.15", "1.16", "1.17", "1.18"];
        Releases {
            lines: minors.map(|name| Line::new(name, name)).into(),
            source: "https://networkservicemesh.io/docs/releases/".into(),
            ..Releases::default()
        }
    }
}

fn opt_in() -> OptIn {
    OptIn::namespace_annotation(REQUEST, Some("kernel://meshery-check/nsm-1")).on_pod()
}
