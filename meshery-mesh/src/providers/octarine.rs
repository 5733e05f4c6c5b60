//! Octarine: a service of a company that was bought; there is nothing to be installed any more.

use meshery_core::lifecycle::{Marks, OptIn};
use meshery_core::provider::EndKind;

use super::ended::Ended;
use super::facts::{named, part};

pub(super) static OCTARINE: Ended = Ended {
    id: "octarine",
    title: "Octarine",
    summary: "Octarine's guardians beside an Istio of its own, steered by a service",
    kind: EndKind::Discontinued,
    date: "2020",
    successors: &["istio", "linkerd"],
    advice: "remove the namespace octarine-dataplane and the labels of its namespaces, then install a mesh that is alive",
    marks: || Marks {
        parts: vec![part("Deployment", named("octarine-guardian"), "guardian")],
        opt_ins: vec![OptIn::namespace_label("octarine-injection", Some("enabled"))],
        ..Marks::default()
    },
};
