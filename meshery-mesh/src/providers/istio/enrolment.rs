//! How workloads come to be served by one of Istio's control planes.

use meshery_core::InstanceSpec;
use meshery_core::lifecycle::{Alias, DataPlane, Enrolment, OptIn, RevisionMark, Tag, Trace};
use serde_json::Value;

use super::{DATA_PLANE, INJECTION, PROXY, REVISION, UNREVISED, revision};
use crate::providers::facts::mutating;

/// What names a revision by another name, and has injectors of its own.
const TAG: &str = "istio.io/tag";

/// How a namespace asks for sidecars of this control plane.
pub(super) fn way(wanted: &InstanceSpec) -> Vec<OptIn> {
    vec![match revision(wanted) {
        Some(revision) => OptIn::namespace_label(REVISION, Some(revision)),
        None => OptIn::namespace_label(INJECTION, Some("enabled")),
    }]
}

pub(super) fn of(wanted: &InstanceSpec) -> Enrolment {
    let is_ambient = wanted.settings.get("profile").and_then(Value::as_str) == Some("ambient");
    if is_ambient { ambient() } else { sidecars(wanted) }
}

/// The proxies of the nodes: istio-cni marks pods once it has led their traffic there.
fn ambient() -> Enrolment {
    let mark = OptIn::namespace_annotation("ambient.istio.io/redirection", Some("enabled")).on_pod();
    let opt_out = OptIn::namespace_label(DATA_PLANE, Some("none")).on_pod();
    Enrolment {
        opt_outs: vec![opt_out],
        passes_over_host_network: true,
        ..Enrolment::new(vec![OptIn::namespace_label(DATA_PLANE, Some("ambient"))], DataPlane::Node { mark })
    }
}

fn sidecars(wanted: &InstanceSpec) -> Enrolment {
    let revision = revision(wanted).unwrap_or(UNREVISED);
    let no = OptIn::namespace_label("sidecar.istio.io/inject", Some("false")).on_pod();
    let data_plane =
        DataPlane::Sidecar { container: PROXY.into(), revision: Some(revision.into()), told_by: revision_marks() };
    let mut enrolment = Enrolment::new(way(wanted), data_plane);
    if revision == UNREVISED {
        enrolment.ways.push(vec![OptIn::namespace_label(REVISION, Some(UNREVISED))]);
    }
    // Whatever it says, injectors of revisions pass over a namespace that has it.
    let passed_over = OptIn::namespace_label(INJECTION, None);
    enrolment.opt_outs = vec![passed_over, no.clone(), OptIn { tag: Tag::Annotation, ..no }];
    enrolment.passes_over_host_network = true;
    enrolment.aliases = vec![
        tags(revision, &[], Some(TAG), OptIn::namespace_label(REVISION, None)),
        // Whoever is called so also answers those that ask for no revision.
        tags(revision, &[(TAG, UNREVISED)], None, OptIn::namespace_label(INJECTION, Some("enabled"))),
    ];
    enrolment
}

/// Revision tags, made by charts or by `istioctl tag set`.
fn tags(revision: &str, more: &[(&str, &str)], value_of: Option<&str>, mark: OptIn) -> Alias {
    let labels = more.iter().copied().chain([(REVISION, revision)]);
    Alias {
        kind: mutating(Trace::Label(TAG.into())).kind,
        labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        value_of: value_of.map(str::to_owned),
        mark,
    }
}

/// Injectors say in pods which revision they are, and not by which name they were asked for.
fn revision_marks() -> Vec<RevisionMark> {
    let mark =
        |tag, name: &str, field: Option<&str>| RevisionMark { tag, name: name.into(), field: field.map(str::to_owned) };
    vec![
        mark(Tag::Annotation, "sidecar.istio.io/status", Some("revision")),
        mark(Tag::Annotation, REVISION, None),
        mark(Tag::Label, REVISION, None),
    ]
}
