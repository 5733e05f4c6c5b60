//! Istio without a cluster: the real istiod beside a Kubernetes control plane of its own, and two sidecars, each a real
//! `pilot-agent` and a stock Envoy. Load → `client` → (mutual TLS with certificates of istiod's authority) → `server` →
//! upstream.
//!
//! | setting | says | when it is not given |
//! |---|---|---|
//! | `concurrency` | worker threads of each Envoy | 1 |
//! | `objects` | Kubernetes objects, such as Istio's configuration in the form that is to be measured; one with the kind, namespace (`meshery`) and name of one of ours (see `objects.rs`) replaces it; a `${` in them begins a reference of the plan | none |
//! | `share` | the folder with Istio's `manifests` and `tools`, laid out as in its own repository | `share/istio` beside the folder of `pilot-agent` |
//!
//! Istio's own listeners for health and metrics, of agents and sidecars, are on all addresses of the machine; everything
//! else listens on loopback. Agents write certificates and keys into private folders of theirs, where the checks take them
//! from.
//!
//! | module | holds |
//! |---|---|
//! | `wish` | what is wanted, read and checked |
//! | `objects` | what stands at the API server |
//! | `processes` | how istiod, agents and sidecars are started |
//! | `checks` | what is proven |

mod checks;
mod objects;
mod processes;
mod wish;

use meshery_core::plan::{Action, ConfigChange};
use meshery_core::provider::ProgramNeed;
use meshery_core::{Check, LocalMesh, MeshInfo, MeshProvider, MeshSpec, Observed, Plan, Result};

use super::bootstrap;
use wish::Wish;

/// The Kubernetes control plane in the plan.
const CLUSTER: &str = "kubernetes";
/// Where the workloads live.
const NAMESPACE: &str = "meshery";
/// Where istiod lives.
const HOME: &str = "istio-system";
/// Where the client side connects to on the server side.
const HOP: &str = "server.listener";
/// The document with the root of istiod's authority.
const ROOT: &str = "root-cert.pem";
/// Who is nobody's peer, for the checks.
const STRANGER: &str = "stranger";
/// The two sidecars, in the order of their start.
const SIDES: [&str; 2] = ["server", "client"];
/// How a user gets what is not Envoy.
const OBTAIN: &str = "`cargo xtask testbed` builds it; or put it on PATH, or name the program's path";

pub(super) struct IstioLocal;

impl MeshProvider for IstioLocal {
    fn info(&self) -> MeshInfo {
        let need = |name: &str, version_args: &[&str], at_least: &str| ProgramNeed {
            name: name.into(),
            version_args: version_args.iter().map(|arg| (*arg).to_owned()).collect(),
            at_least: at_least.into(),
            obtain: OBTAIN.into(),
        };
        // The oldest that the tests have been run against; for etcd, the first that need not wait for the disk.
        let server = |name| need(name, &["--version"], "1.36.0");
        let istio = |name| need(name, &["version", "--short"], "1.31.0");
        MeshInfo {
            programs: vec![
                bootstrap::program(),
                need("etcd", &["--version"], "3.5.0"),
                server("kube-apiserver"),
                server("kube-controller-manager"),
                server("kube-scheduler"),
                istio(processes::AGENT),
                istio(processes::ISTIOD),
            ],
            ..MeshInfo::new(
                "istio-local",
                "Istio on this machine",
                "A real istiod and two sidecars without a cluster, plain text or strict mutual TLS",
            )
        }
    }

    fn local(&self) -> Option<&dyn LocalMesh> {
        Some(self)
    }
}

impl LocalMesh for IstioLocal {
    fn plan(&self, wanted: &MeshSpec, seen: &Observed) -> Result<Plan> {
        let wish = Wish::read(wanted)?;
        let share = wish.share(seen);
        let mut plan = Plan::new(wanted.mesh.clone(), "127.0.0.1:${port:client.listener}");
        for name in processes::ports() {
            plan.push(format!("Reserve the port {name}"), Action::ReservePort { name });
        }
        plan.push("Start a Kubernetes control plane", Action::StartKubernetes { name: CLUSTER.into() });
        let files = vec![format!("{share}/manifests/charts/base/files/crd-all.gen.yaml")];
        let apply = Action::ApplyObjects { cluster: CLUSTER.into(), files, objects: objects::all(&wish) };
        plan.push("Apply Istio's definitions and the mesh's configuration", apply);
        for (title, action) in processes::istiod().into_iter().chain(processes::stranger(&share)) {
            plan.push(title, action);
        }
        for side in SIDES {
            for (title, action) in processes::sidecar(side, &share, wish.concurrency) {
                plan.push(title, action);
            }
        }
        Ok(plan)
    }

    fn checks(&self, wanted: &MeshSpec) -> Result<Vec<Check>> {
        Ok(checks::of(&Wish::read(wanted)?))
    }

    fn change(&self, wanted: &MeshSpec) -> Result<Option<ConfigChange>> {
        Wish::read(wanted)?;
        Ok(Some(ConfigChange {
            cluster: CLUSTER.into(),
            object: objects::change(),
            header: objects::CHANGE_HEADER.into(),
        }))
    }
}
