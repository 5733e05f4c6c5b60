//! Citrix ADC CPX as Istio's proxy: an adaptor that is not worked on any more.

use meshery_core::lifecycle::{Marks, OptIn, Trace};
use meshery_core::provider::EndKind;

use super::ended::Ended;
use super::facts::{labelled, mutating, part};

pub(super) static CITRIX_CPX: Ended = Ended {
    id: "citrix-cpx",
    title: "Citrix ADC CPX",
    summary: "Citrix's CPX as a sidecar of Istio, by an xDS adaptor",
    kind: EndKind::Parked,
    date: "2021-07",
    successors: &["istio"],
    advice: "go back to Istio's own proxy: remove the label cpx-injection, restart the workloads, remove the injector",
    marks: || Marks {
        parts: vec![part("Deployment", labelled(&[("app", "cpx-sidecar-injector")]), "")],
        signs: vec![mutating(Trace::NamePrefix("cpx-sidecar-injector".into()))],
        opt_ins: vec![OptIn::namespace_label("cpx-injection", Some("enabled"))],
        proxies: vec!["cpx-proxy".into()],
        ..Marks::default()
    },
};
