//! The words in which meshes say what is particular to them on a cluster.

use meshery_core::lifecycle::{
    ClusterCheck, ClusterProbe, Consent, Credential, DataPlane, Enrolment, OptIn, Part, Place, ResidueRule,
    RuntimeOwner, Says, Selector, Sign, Tag, Trace,
};
use meshery_core::{GroupKind, ObjectId};

/// A kind of the core group.
pub(super) fn core(kind: &str) -> GroupKind {
    GroupKind::new("", kind)
}

/// A kind of workload.
fn apps(kind: &str) -> GroupKind {
    GroupKind::new("apps", kind)
}

/// A kind of webhook.
fn hooks(kind: &str) -> GroupKind {
    GroupKind::new("admissionregistration.k8s.io", kind)
}

pub(super) fn lease() -> GroupKind {
    GroupKind::new("coordination.k8s.io", "Lease")
}

pub(super) fn definition() -> GroupKind {
    GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition")
}

pub(super) fn named(name: &str) -> Trace {
    Trace::Name(name.into())
}

pub(super) fn labelled(labels: &[(&str, &str)]) -> Trace {
    Trace::Labels(labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

/// A workload that a mesh does not work without.
pub(super) fn part(kind: &str, trace: Trace, container: &str) -> Part {
    Part { kind: apps(kind), trace, container: container.into(), required: true }
}

/// A workload that a mesh may have.
pub(super) fn extra(kind: &str, trace: Trace, container: &str) -> Part {
    Part { required: false, ..part(kind, trace, container) }
}

pub(super) fn mutating(trace: Trace) -> Sign {
    Sign { kind: hooks("MutatingWebhookConfiguration"), trace }
}

pub(super) fn validating(trace: Trace) -> Sign {
    Sign { kind: hooks("ValidatingWebhookConfiguration"), trace }
}

/// Who writes to webhooks at run time: `clientConfig.caBundle`, and whatever fields else.
pub(super) fn writes_webhooks(manager: &str, kind: &str, fields: &[&str]) -> RuntimeOwner {
    let fields = ["clientConfig.caBundle"].iter().chain(fields).map(|field| format!("webhooks[*].{field}"));
    RuntimeOwner { manager: manager.into(), kind: hooks(kind), fields: fields.collect() }
}

/// Who tells the API server at run time whom an aggregated API is to be trusted by.
pub(super) fn writes_aggregated(manager: &str) -> RuntimeOwner {
    let kind = GroupKind::new("apiregistration.k8s.io", "APIService");
    RuntimeOwner { manager: manager.into(), kind, fields: vec!["spec.caBundle".into()] }
}

/// What a Secret keeps under this name.
pub(super) fn in_secret(namespace: &str, secret: &str, name: &str) -> Place {
    Place::new(ObjectId::new("", "Secret", Some(namespace), secret), format!("/data/{name}"))
}

/// The certificate of a service in a Secret of the type `kubernetes.io/tls`, with whom it is trusted by beside it.
pub(super) fn served(namespace: &str, secret: &str, service: &str) -> Credential {
    Credential {
        name: format!("certificate of {service}"),
        reason: format!("the API server calls {service} over TLS"),
        subject: format!("{service}.{namespace}.svc"),
        issues: false,
        certificate: in_secret(namespace, secret, "tls.crt"),
        key: in_secret(namespace, secret, "tls.key"),
        anchors: in_secret(namespace, secret, "ca.crt"),
    }
}

/// Something that a mesh makes at run time, and that goes with it.
pub(super) fn made(kind: GroupKind, namespace: Option<&str>, trace: Trace, reason: &str) -> ResidueRule {
    ResidueRule {
        kind,
        namespace: namespace.map(str::to_owned),
        trace,
        remove: true,
        consent: None,
        shared_by: None,
        reason: reason.into(),
    }
}

/// Something that users have and that speaks of a mesh: it is named, and left to them.
pub(super) fn users(kind: GroupKind, trace: Trace, reason: &str) -> ResidueRule {
    ResidueRule { remove: false, ..made(kind, None, trace, reason) }
}

/// A namespace that still asks for proxies.
pub(super) fn asks(opt_in: &OptIn) -> ResidueRule {
    let trace = match (opt_in.tag, &opt_in.value) {
        (Tag::Annotation, _) => Trace::Annotation(opt_in.name.clone()),
        (Tag::Label, None) => Trace::Label(opt_in.name.clone()),
        (Tag::Label, Some(value)) => labelled(&[(&opt_in.name, value)]),
    };
    let reason =
        format!("its {opt_in} asks for proxies that nobody injects any more: remove it, or `withdraw` the namespace");
    users(core("Namespace"), trace, &reason)
}

/// A pod whose proxy runs on.
pub(super) fn orphaned(container: &str) -> ResidueRule {
    let trace = Trace::Container(container.into());
    let reason = "its proxy runs on without a control plane: restart the workload, or `withdraw` the namespace";
    users(core("Pod"), trace, reason)
}

/// Data that a mesh has stored.
pub(super) fn data(kind: GroupKind, namespace: &str, trace: Trace, reason: &str) -> ResidueRule {
    ResidueRule { consent: Some(Consent::Data), ..made(kind, Some(namespace), trace, reason) }
}

/// Definitions that a mesh makes at run time.
pub(super) fn definitions(trace: Trace, reason: &str) -> ResidueRule {
    ResidueRule { consent: Some(Consent::Definitions), ..made(definition(), None, trace, reason) }
}

/// As long as one of these is there that is not of the instance, it stays.
pub(super) fn shared(rule: ResidueRule, by: Selector) -> ResidueRule {
    ResidueRule { shared_by: Some(by), ..rule }
}

pub(super) fn check(name: &str, claim: &str, probe: ClusterProbe) -> ClusterCheck {
    ClusterCheck { name: name.into(), claim: claim.into(), probe }
}

/// That everything is ready.
pub(crate) fn ready() -> ClusterCheck {
    check("objects_ready", "All objects are there and ready", ClusterProbe::Ready)
}

/// That what runs says it is what was installed.
pub(super) fn says_its_version(service: ObjectId, port: u16, path: &str, at: &str) -> ClusterCheck {
    let says = Says::Version { at: at.into() };
    let probe = ClusterProbe::Answers { service, port, path: path.into(), says };
    check("version_running", "The control plane that runs says it is the version that was installed", probe)
}

/// That certificates are good.
pub(super) fn certified() -> ClusterCheck {
    let claim = "Certificates that are kept on the cluster are valid, have their keys, and lead to their anchors";
    check("certificates_valid", claim, ClusterProbe::Certificates)
}

/// That pods that ask by all of these get this container, and others do not.
pub(super) fn injects(way: Vec<OptIn>, container: &str) -> ClusterCheck {
    let probe = ClusterProbe::Injected { opt_ins: way, container: container.into() };
    check("proxy_injected", "Pods that ask for it get a proxy, others do not", probe)
}

/// Workloads that ask by all of these get this container; what has one of those marks gets none.
pub(super) fn sidecars(way: Vec<OptIn>, container: &str, opt_outs: Vec<OptIn>) -> Enrolment {
    Enrolment { opt_outs, ..Enrolment::new(way, DataPlane::sidecar(container)) }
}
