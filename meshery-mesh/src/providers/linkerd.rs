//! Linkerd on a cluster.
//!
//! | setting | says | when it is not given |
//! |---|---|---|
//! | `charts` | a folder with `linkerd-crds` and `linkerd-control-plane`, the URL of a repository, or `oci://…` | Linkerd's |
//! | `identity` | PEM texts: `trust_anchors`, `issuer_certificate` and `issuer_key` | what the cluster has, and otherwise a new one |
//! | `values` | values of the chart `linkerd-control-plane` | those of the chart |
//!
//! A new identity has an anchor that is valid for ten years and an issuer below it that is valid for one. It is found again
//! by every further run and never replaced. Nobody keeps the anchor's key, so that the issuer is renewed by rotating both:
//! whoever wants to renew it alone brings an identity of his own. The same goes for the certificates of the webhooks, but
//! that these are replaced before they end.

use meshery_core::lifecycle::{
    ClusterCheck, ClusterMesh, Credential, Enrolment, Line, Marks, MeshFacts, OptIn, Place, Releases, ResidueRule,
    Source,
};
use meshery_core::{Error, InstanceSpec, MeshInfo, MeshProvider, ObjectId, Result};
use serde_json::{Map, Value, json};

use super::charts::{Charts, namespace, overlay};
use super::facts::{
    asks, certified, extra, in_secret, injects, labelled, lease, made, mutating, named, orphaned, part, ready, served,
    sidecars, validating,
};
use super::settings::{Settings, place};

const CHARTS: &str = "https://helm.linkerd.io/edge";
const NAMESPACE: &str = "linkerd";
const INJECT: &str = "linkerd.io/inject";
const COMPONENT: &str = "linkerd.io/control-plane-component";
const PROXY: &str = "linkerd-proxy";
const CERTIFICATE: &str = "CERTIFICATE";
const KEY: &str = "PRIVATE KEY";
/// The parts of an identity, and what their PEM frames say.
const IDENTITY: [(&str, &str); 3] =
    [("trust_anchors", CERTIFICATE), ("issuer_certificate", CERTIFICATE), ("issuer_key", KEY)];

pub(super) struct Linkerd;

impl MeshProvider for Linkerd {
    fn info(&self) -> MeshInfo {
        MeshInfo::new("linkerd", "Linkerd", "Linkerd's control plane on a cluster")
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl ClusterMesh for Linkerd {
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>> {
        let settings = Settings::new(&wanted.settings, &["charts", "identity", "values"])?;
        let base = settings.text("charts")?.unwrap_or(CHARTS);
        let charts = Charts::new(base, chart_version(&wanted.version), namespace(wanted, NAMESPACE))?;
        let mut values = Map::new();
        // The chart takes a minute from the clock: another one, and so another object, each time it is rendered.
        values.insert("heartbeatSchedule".into(), "0 0 * * *".into());
        let own = settings.map("values")?.cloned().unwrap_or_default();
        overlay(&mut values, own);
        match settings.map("identity")? {
            Some(identity) => overlay(&mut values, identity_values(identity)?),
            None if sees_to_it(wanted) => {}
            None => {
                return Err(Error::invalid(place("identity"), "Linkerd needs a trust anchor and an issuer below it")
                    .expected("trust_anchors, issuer_certificate and issuer_key, each as PEM")
                    .found("nothing"));
            }
        }
        Ok(vec![
            charts.source("linkerd-crds".into(), "linkerd-crds", "linkerd-crds", Map::new()),
            charts.source("linkerd-control-plane".into(), "linkerd-control-plane", "linkerd-control-plane", values),
        ])
    }

    /// Nobody else writes to its objects: the chart itself puts certificates into its webhooks.
    fn facts(&self, wanted: &InstanceSpec) -> MeshFacts {
        let home = namespace(wanted, NAMESPACE);
        MeshFacts { residue: residue(home), credentials: credentials(wanted, home), ..MeshFacts::default() }
    }

    fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        vec![ready(), certified(), injects(vec![opt_in()], PROXY)]
    }

    fn enrolment(&self, _wanted: &InstanceSpec) -> Option<Enrolment> {
        let opt_outs = vec![
            OptIn::namespace_label("config.linkerd.io/admission-webhooks", Some("disabled")),
            OptIn::namespace_annotation(INJECT, Some("disabled")).on_pod(),
        ];
        let enrolment = sidecars(vec![opt_in()], PROXY, opt_outs);
        let ways = vec![vec![opt_in()], vec![OptIn::namespace_annotation(INJECT, Some("ingress"))]];
        Some(Enrolment { ways, passes_over_host_network: true, ..enrolment })
    }

    fn marks(&self) -> Marks {
        let component = |name| labelled(&[(COMPONENT, name)]);
        Marks {
            parts: vec![
                part("Deployment", component("destination"), "destination"),
                part("Deployment", component("identity"), "identity"),
                part("Deployment", component("proxy-injector"), "proxy-injector"),
                extra("DaemonSet", labelled(&[("k8s-app", "linkerd-cni")]), "install-cni"),
            ],
            groups: ["linkerd.io", "policy.linkerd.io", "workload.linkerd.io", "multicluster.linkerd.io"]
                .map(str::to_owned)
                .into(),
            signs: vec![
                mutating(named("linkerd-proxy-injector-webhook-config")),
                validating(named("linkerd-policy-validator-webhook-config")),
                validating(named("linkerd-sp-validator-webhook-config")),
            ],
            opt_ins: vec![opt_in(), OptIn::namespace_annotation(INJECT, Some("ingress")), opt_in().on_pod()],
            proxies: vec![PROXY.into()],
        }
    }

    fn releases(&self) -> Releases {
        let lines = [
            ("2.14", "edge-23.8.1", "1.21"),
            ("2.15", "edge-24.2.4", "1.22"),
            ("2.16", "edge-24.8.2", "1.22"),
            ("2.17", "edge-24.11.8", "1.22"),
            ("2.18", "edge-25.4.4", "1.23"),
            ("2.19", "edge-25.10.7", "1.23"),
            ("2.20", "edge-26.6.3", "1.31"),
        ];
        Releases {
            lines: lines.map(|(line, since, oldest)| Line::new(line, since).on_kubernetes(oldest)).into(),
            is_dated: true,
            steps_up: Some(1),
            source: "https://linkerd.io/2/tasks/upgrade/".into(),
        }
    }
}

/// Whether the values of the chart see to the identity: by having it, or by leaving it to somebody else.
fn sees_to_it(wanted: &InstanceSpec) -> bool {
    let given = |pointer: &str| wanted.settings.get("values").and_then(|values| values.pointer(pointer));
    ["/identityTrustAnchorsPEM", "/identity/issuer/tls"].into_iter().any(|pointer| given(pointer).is_some())
        || given("/identity/externalCA") == Some(&Value::Bool(true))
        || given("/identity/issuer/scheme").is_some_and(|scheme| scheme == FOREIGN)
}

/// What the chart calls a Secret that somebody else keeps, such as cert-manager.
const FOREIGN: &str = "kubernetes.io/tls";

/// The webhooks, each by its Service, its configuration, and what the chart calls it.
const WEBHOOKS: [(&str, &str, &str); 3] = [
    ("linkerd-policy-validator", VALIDATING, "policyValidator"),
    ("linkerd-proxy-injector", "MutatingWebhookConfiguration", "proxyInjector"),
    ("linkerd-sp-validator", VALIDATING, "profileValidator"),
];
const VALIDATING: &str = "ValidatingWebhookConfiguration";

fn credentials(wanted: &InstanceSpec, home: &str) -> Vec<Credential> {
    let text = |pointer: &str| Value::from(wanted.settings.clone()).pointer(pointer)?.as_str().map(str::to_owned);
    let domain = text("/values/identityTrustDomain").or_else(|| text("/values/clusterDomain"));
    let is_foreign = text("/values/identity/issuer/scheme").as_deref() == Some(FOREIGN);
    let [certificate, key] = if is_foreign { ["tls.crt", "tls.key"] } else { ["crt.pem", "key.pem"] };
    let secret = |name: &str| in_secret(home, "linkerd-identity-issuer", name);
    let roots = ObjectId::new("", "ConfigMap", Some(home), "linkerd-identity-trust-roots");
    let mut issuer = Credential {
        name: "issuer".into(),
        reason: "the certificate of every proxy follows from it".into(),
        subject: format!("identity.{home}.{}", domain.as_deref().unwrap_or("cluster.local")),
        issues: true,
        certificate: secret(certificate),
        key: secret(key),
        anchors: Place::new(roots, "/data/ca-bundle.crt"),
    };
    if !sees_to_it(wanted) {
        issuer.certificate = issuer.certificate.set_by("identity.issuer_certificate");
        issuer.key = issuer.key.set_by("identity.issuer_key");
        issuer.anchors = issuer.anchors.set_by("identity.trust_anchors");
    }
    let webhook = |(service, kind, values): (&str, &str, &str)| {
        let served = served(home, &format!("{service}-k8s-tls"), service);
        let asks = ObjectId::new("admissionregistration.k8s.io", kind, None, format!("{service}-webhook-config"));
        let given = |value: &str| format!("values.{values}.{value}");
        Credential {
            certificate: served.certificate.set_by(given("crtPEM")),
            key: served.key.set_by(given("keyPEM")),
            anchors: Place::new(asks, "/webhooks/0/clientConfig/caBundle").set_by(given("caBundle")),
            ..served
        }
    };
    std::iter::once(issuer).chain(WEBHOOKS.map(webhook)).collect()
}

/// How a namespace asks for proxies.
fn opt_in() -> OptIn {
    OptIn::namespace_annotation(INJECT, Some("enabled"))
}

/// The version of the charts of a release: that of `edge-26.8.3` is `2026.8.3`.
fn chart_version(release: &str) -> String {
    release.strip_prefix("edge-").map_or_else(|| release.to_owned(), |rest| format!("20{rest}"))
}

/// What the chart calls the parts of an identity.
fn identity_values(given: &Map<String, Value>) -> Result<Map<String, Value>> {
    let known = IDENTITY.map(|(name, _)| name);
    if let Some(name) = given.keys().find(|name| !known.contains(&name.as_str())) {
        let error = Error::invalid(place(&format!("identity.{name}")), "unknown setting");
        return Err(error.expected(format!("one of {}", known.join(", "))).found(name));
    }
    let [anchors, certificate, key] = IDENTITY.map(|(name, frame)| pem(given, name, frame));
    let mut values = Map::new();
    values.insert("identityTrustAnchorsPEM".into(), anchors?.into());
    let pair = json!({ "crtPEM": certificate?, "keyPEM": key? });
    values.insert("identity".into(), json!({ "issuer": { "tls": pair } }));
    Ok(values)
}

/// PEM with this frame. What is found instead is not repeated: it may be a key.
fn pem<'a>(given: &'a Map<String, Value>, name: &str, frame: &str) -> Result<&'a str> {
    let text = given.get(name).and_then(Value::as_str);
    let framed = |text: &&str| text.contains("-----BEGIN ") && text.contains(&format!("{frame}-----"));
    text.filter(framed).ok_or_else(|| {
        Error::invalid(place(&format!("identity.{name}")), "not PEM")
            .expected(format!("text with -----BEGIN … {frame}-----"))
            .found(if given.contains_key(name) { "something else" } else { "nothing" })
    })
}

fn residue(home: &str) -> Vec<ResidueRule> {
    let elects = |name: &str, who: &str| {
        made(lease(), Some(home), named(name), &format!("the replicas of {who} elect by it who writes"))
    };
    vec![
        elects("linkerd-destination-endpoint-write", "the destination controller"),
        elects("policy-controller-write", "the policy controller"),
        asks(&OptIn::namespace_annotation(INJECT, None)),
        orphaned(PROXY),
    ]
}
