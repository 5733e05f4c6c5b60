//! SOFAMesh: an Istio with MOSN for its proxy, given up for Istio itself.

use meshery_core::lifecycle::Marks;
use meshery_core::provider::EndKind;

use super::ended::Ended;
use super::facts::{extra, labelled};

pub(super) static SOFA_MESH: Ended = Ended {
    id: "sofa-mesh",
    title: "SOFAMesh",
    summary: "Ant's distribution of Istio with MOSN for its proxy",
    kind: EndKind::Archived,
    date: "2020-02",
    successors: &["istio"],
    advice: "MOSN lives on and works with Istio; move to an Istio that is alive",
    marks: || Marks {
        parts: vec![extra("Deployment", labelled(&[("app", "sofa-mesh-pilot")]), "discovery")],
        proxies: vec!["mosn".into()],
        ..Marks::default()
    },
};
