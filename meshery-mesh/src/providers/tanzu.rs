//! Tanzu Service Mesh, once NSX Service Mesh: only sold, and its agents are steered by a service.

use meshery_core::lifecycle::Marks;
use meshery_core::provider::EndKind;

use super::ended::Ended;
use super::facts::{named, part};

pub(super) static TANZU: Ended = Ended {
    id: "tanzu",
    title: "Tanzu Service Mesh",
    summary: "VMware's service on top of Istio, formerly NSX Service Mesh",
    kind: EndKind::Discontinued,
    date: "2024",
    successors: &["istio"],
    advice: "what it installs is an Istio: leave the service from its console, which removes its agents, and adopt the Istio",
    marks: || Marks {
        parts: vec![part("Deployment", named("tsm-agent-operator"), "")],
        groups: vec!["tsm.vmware.com".into()],
        ..Marks::default()
    },
};
