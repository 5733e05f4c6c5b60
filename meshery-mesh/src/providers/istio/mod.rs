//! Istio on a cluster, with sidecars or ambient.
//!
//! | setting | says | when it is not given |
//! |---|---|---|
//! | `charts` | a folder laid out as Istio's own `manifests/charts`, the URL of a repository, or `oci://…` | Istio's |
//! | `profile` | which of Istio's profiles: `ambient`, `default`, `demo`, `minimal`, `preview`, `stable` | `default` |
//! | `revision` | a further control plane beside the one that is there, and nothing that all of them share | `default` |
//! | `values` | values of the chart `istiod`; what stands in `global` goes to every chart | those of the charts |

mod enrolment;

use meshery_core::lifecycle::{
    ClusterCheck, ClusterMesh, ClusterProbe, Credential, Enrolment, Line, Marks, MeshFacts, OptIn, Releases,
    ResidueRule, RuntimeOwner, Says, Selector, Source, Trace,
};
use meshery_core::{Error, GroupKind, InstanceSpec, MeshInfo, MeshProvider, Object, ObjectId, Result};
use serde_json::{Map, Value, json};

use super::charts::{Charts, namespace, overlay};
use super::facts::{
    asks, certified, check, core, extra, in_secret, injects, labelled, lease, made, mutating, named, orphaned, part,
    ready, says_its_version, shared, users, validating, writes_webhooks,
};
use super::settings::{Settings, place};

const CHARTS: &str = "oci://gcr.io/istio-release/charts";
const NAMESPACE: &str = "istio-system";
const PROFILES: [&str; 6] = ["ambient", "default", "demo", "minimal", "preview", "stable"];
/// The revision of a control plane that is given none.
const UNREVISED: &str = "default";
const INJECTION: &str = "istio-injection";
const REVISION: &str = "istio.io/rev";
const DATA_PLANE: &str = "istio.io/dataplane-mode";
const PROXY: &str = "istio-proxy";
const MONITORING: u16 = 15014;

/// What control planes elect a leader by, all of them together. Which of these are ConfigMaps and which Leases has
/// changed from release to release.
const ELECTIONS: [&str; 9] = [
    "istio-analyze-leader",
    "istio-clustertrustbundle-controller-election",
    "istio-gateway-status-leader",
    "istio-ip-autoallocate",
    "istio-leader",
    "istio-namespace-controller-election",
    "istio-node-untaint",
    "istio-serviceexport-controller-election",
    "istio-status-leader",
];
/// The same, for the replicas of one revision: the name of the Lease ends with that of the revision.
const ELECTIONS_OF_A_REVISION: [&str; 3] =
    ["istio-gateway-deployment", "istio-gateway-inferencepool", "istio-gateway-status-leader"];

pub(super) struct Istio;

impl MeshProvider for Istio {
    fn info(&self) -> MeshInfo {
        MeshInfo::new("istio", "Istio", "Istio's control plane on a cluster, for sidecars or ambient")
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl ClusterMesh for Istio {
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>> {
        Ok(Wish::read(wanted)?.sources())
    }

    fn facts(&self, wanted: &InstanceSpec) -> MeshFacts {
        let (runtime_owners, residue) = (runtime_owners(), residue(wanted));
        let credentials = credentials(namespace(wanted, NAMESPACE));
        MeshFacts { runtime_owners, residue, credentials, ..MeshFacts::default() }
    }

    fn checks(&self, wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        let mut checks = vec![ready(), certified(), injects(enrolment::way(wanted), PROXY)];
        if let (Some(object), Some(control)) = (virtual_service(wanted, -5), virtual_service(wanted, 100)) {
            let denied = ClusterProbe::Denied { object, control };
            let claim = "A VirtualService with a negative weight is refused, one without is not";
            checks.push(check("bad_configuration_refused", claim, denied));
        }
        checks.extend(says_of_itself(wanted));
        checks
    }

    fn marks(&self) -> Marks {
        let groups = ["extensions", "networking", "security", "telemetry"];
        Marks {
            parts: vec![
                part("Deployment", labelled(&[("app", "istiod")]), "discovery"),
                extra("DaemonSet", labelled(&[("k8s-app", "istio-cni-node")]), "install-cni"),
                extra("DaemonSet", named("ztunnel"), PROXY),
            ],
            groups: groups.map(|group| format!("{group}.istio.io")).into(),
            signs: vec![
                mutating(Trace::NamePrefix("istio-sidecar-injector".into())),
                mutating(Trace::Label("istio.io/tag".into())),
                validating(Trace::NamePrefix("istio-validator".into())),
                validating(named("istiod-default-validator")),
            ],
            opt_ins: vec![
                OptIn::namespace_label(INJECTION, Some("enabled")),
                OptIn::namespace_label(REVISION, None),
                OptIn::namespace_label(DATA_PLANE, Some("ambient")),
                OptIn::namespace_label("sidecar.istio.io/inject", Some("true")).on_pod(),
            ],
            proxies: vec![PROXY.into()],
        }
    }

    fn enrolment(&self, wanted: &InstanceSpec) -> Option<Enrolment> {
        Some(enrolment::of(wanted))
    }

    fn releases(&self) -> Releases {
        let kubernetes = [
            ("1.20", "1.25"),
            ("1.21", "1.26"),
            ("1.22", "1.27"),
            ("1.23", "1.27"),
            ("1.24", "1.28"),
            ("1.25", "1.29"),
            ("1.26", "1.29"),
            ("1.27", "1.29"),
            ("1.28", "1.30"),
            ("1.29", "1.31"),
            ("1.30", "1.32"),
        ];
        Releases {
            lines: kubernetes.map(|(line, oldest)| Line::new(line, line).on_kubernetes(oldest)).into(),
            steps_up: Some(1),
            source: "https://istio.io/latest/docs/setup/upgrade/in-place/".into(),
            ..Releases::default()
        }
    }
}

/// Whether it can be part of the name of a Service.
fn is_label(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The revision, where it is one beside others.
fn revision(wanted: &InstanceSpec) -> Option<&str> {
    let given = wanted.settings.get("revision").and_then(Value::as_str);
    given.filter(|revision| !revision.is_empty() && *revision != UNREVISED)
}

/// What is wanted, read and checked.
struct Wish<'a> {
    charts: Charts<'a>,
    namespace: &'a str,
    profile: Option<&'a str>,
    revision: Option<&'a str>,
    values: Map<String, Value>,
}

impl<'a> Wish<'a> {
    fn read(wanted: &'a InstanceSpec) -> Result<Self> {
        let settings = Settings::new(&wanted.settings, &["charts", "profile", "revision", "values"])?;
        if let Some(found) = settings.text("revision")?.filter(|revision| !is_label(revision)) {
            // `1.30.3` is what everybody tries first.
            return Err(Error::invalid(place("revision"), "not a name for a revision")
                .expected("small letters, digits and '-', such as 1-30-3")
                .found(found));
        }
        let values = settings.map("values")?.cloned().unwrap_or_default();
        if let Some(name) = ["profile", "revision"].into_iter().find(|name| values.contains_key(*name)) {
            return Err(
                Error::invalid(place(&format!("values.{name}")), "this is a setting of its own").expected(place(name))
            );
        }
        let namespace = namespace(wanted, NAMESPACE);
        // These two are what the charts do without a profile.
        let profile = settings.word("profile", &PROFILES)?.filter(|profile| !["default", "minimal"].contains(profile));
        Ok(Self {
            charts: Charts::new(settings.text("charts")?.unwrap_or(CHARTS), wanted.version.clone(), namespace)?,
            namespace,
            profile,
            revision: revision(wanted),
            values,
        })
    }

    fn sources(mut self) -> Vec<Source> {
        let mut all = Map::new();
        all.extend(self.values.get("global").map(|global| ("global".to_owned(), global.clone())));
        let mut istiod = self.common();
        overlay(&mut istiod, std::mem::take(&mut self.values));
        if let Some(revision) = self.revision {
            istiod.insert("revision".into(), revision.into());
            let release = format!("istiod-{revision}");
            return vec![self.charts.source(release, "istiod", "istio-control/istio-discovery", istiod)];
        }
        let mut base = self.common();
        base.insert("defaultRevision".into(), UNREVISED.into());
        overlay(&mut base, all.clone());
        let mut sources = vec![
            self.charts.source("istio-base".into(), "base", "base", base),
            self.charts.source("istiod".into(), "istiod", "istio-control/istio-discovery", istiod),
        ];
        if self.profile == Some("ambient") {
            let (mut cni, mut ztunnel) = (Map::new(), Map::new());
            cni.insert("profile".into(), "ambient".into());
            overlay(&mut cni, all.clone());
            ztunnel.insert("istioNamespace".into(), self.namespace.into());
            overlay(&mut ztunnel, all);
            sources.push(self.charts.source("istio-cni".into(), "cni", "istio-cni", cni));
            sources.push(self.charts.source("ztunnel".into(), "ztunnel", "ztunnel", ztunnel));
        }
        sources
    }

    /// What the charts of the control plane are told in any case.
    fn common(&self) -> Map<String, Value> {
        let mut values = Map::new();
        values.insert("global".into(), json!({ "istioNamespace": self.namespace }));
        values.extend(self.profile.map(|profile| ("profile".to_owned(), profile.into())));
        values
    }
}

/// istiod gives webhooks its root certificate, and has those that validate fail once it has seen them answer. It leaves
/// `failurePolicy` alone in those that inject.
fn runtime_owners() -> Vec<RuntimeOwner> {
    let istiod = "pilot-discovery";
    vec![
        writes_webhooks(istiod, "MutatingWebhookConfiguration", &[]),
        writes_webhooks(istiod, "ValidatingWebhookConfiguration", &["failurePolicy"]),
    ]
}

/// What istiod itself is asked for, at the port where it is monitored.
fn says_of_itself(wanted: &InstanceSpec) -> [ClusterCheck; 2] {
    let name = revision(wanted).map_or_else(|| "istiod".to_owned(), |revision| format!("istiod-{revision}"));
    let istiod = ObjectId::new("", "Service", Some(namespace(wanted, NAMESPACE)), &name);
    let pair = |kind: &str| (format!("{kind}_sent"), format!("{kind}_acked"));
    let says =
        Says::InSync { each: "proxy".into(), pairs: ["cluster", "endpoint", "listener", "route"].map(pair).into() };
    let asked = ClusterProbe::Answers { service: istiod.clone(), port: MONITORING, path: "/debug/syncz".into(), says };
    [
        says_its_version(istiod, MONITORING, "/version", ""),
        check("proxies_in_sync", "Every connected proxy has taken the configuration that was sent to it", asked),
    ]
}

/// istiod issues from what it is given as `cacerts`; without that from what it has made itself.
fn credentials(home: &str) -> Vec<Credential> {
    let issuer = |name: &str, secret: &str, anchors: &str| Credential {
        name: name.into(),
        reason: "every certificate of the mesh is issued by it".into(),
        subject: format!("istiod.{home}.svc"),
        issues: true,
        certificate: in_secret(home, secret, "ca-cert.pem"),
        key: in_secret(home, secret, "ca-key.pem"),
        anchors: in_secret(home, secret, anchors),
    };
    vec![
        issuer("plugged-in authority", "cacerts", "root-cert.pem"),
        issuer("authority", "istio-ca-secret", "ca-cert.pem"),
    ]
}

fn residue(wanted: &InstanceSpec) -> Vec<ResidueRule> {
    let home = namespace(wanted, NAMESPACE);
    let of_all = |kind: GroupKind, place: Option<&str>, name: &str, reason: &str| {
        shared(made(kind, place, named(name), reason), istiods())
    };
    let mut rules = Vec::new();
    for (name, what) in [("istio-ca-root-cert", "its root certificate"), ("istio-ca-crl", "its revocation list")] {
        rules.push(of_all(core("ConfigMap"), None, name, &format!("istiod writes {what} into every namespace")));
    }
    let reason = "istiod keeps the key of its own authority in it";
    rules.push(of_all(core("Secret"), Some(home), "istio-ca-secret", reason));
    let beside = Trace::Label("install.operator.istio.io/owning-resource-not-pruned".into());
    for kind in [core("Service"), mutating(named("")).kind, validating(named("")).kind] {
        let reason = "istioctl makes it for the default revision, beside what it installs";
        rules.push(shared(made(kind, None, beside.clone(), reason), istiods()));
    }
    for name in ELECTIONS {
        for kind in [core("ConfigMap"), lease()] {
            rules.push(of_all(kind, Some(home), name, "the control planes of the cluster elect a leader by it"));
        }
    }
    for name in ELECTIONS_OF_A_REVISION {
        let name = format!("{name}-{}", revision(wanted).unwrap_or(UNREVISED));
        let reason = "the replicas of this control plane elect a leader by it";
        rules.push(made(lease(), Some(home), named(&name), reason));
    }
    rules.extend(of_users(wanted));
    rules
}

/// What is the users' own and still speaks of Istio.
fn of_users(wanted: &InstanceSpec) -> Vec<ResidueRule> {
    let own = OptIn::namespace_label(REVISION, Some(revision(wanted).unwrap_or(UNREVISED)));
    let tag = "a revision tag still asks for injection, and nobody answers: remove it with `istioctl tag remove`";
    let gateway = "istiod made it for a Gateway of yours: remove the Gateway, or let another controller take it";
    let mut rules = vec![asks(&own)];
    rules.extend(
        [
            asks(&OptIn::namespace_label(INJECTION, Some("enabled"))),
            asks(&OptIn::namespace_label(DATA_PLANE, Some("ambient"))),
            orphaned(PROXY),
            users(GroupKind::new("apps", "Deployment"), Trace::Label("gateway.istio.io/managed".into()), gateway),
            users(mutating(named("")).kind, Trace::Label("istio.io/tag".into()), tag),
        ]
        .map(|rule| shared(rule, istiods())),
    );
    rules
}

/// All control planes of the cluster.
fn istiods() -> Selector {
    Selector { kind: GroupKind::new("apps", "Deployment"), labels: [("app".into(), "istiod".into())].into() }
}

/// A route of this weight. A revision beside others looks only at what is labelled as its own.
fn virtual_service(wanted: &InstanceSpec, weight: i64) -> Option<Object> {
    let labels = revision(wanted).map_or_else(|| json!({}), |revision| json!({ REVISION: revision }));
    let route = json!({ "destination": { "host": "meshery.invalid" }, "weight": weight });
    let object = json!({
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": { "name": "meshery-check", "namespace": namespace(wanted, NAMESPACE), "labels": labels },
        "spec": { "hosts": ["meshery.invalid"], "http": [{ "route": [route] }] },
    });
    Object::new(object).ok()
}
