//! Linkerd on a cluster.
//!
//! | setting | says | when it is not given |
//! |---|---|---|
//! | `charts` | a folder with `linkerd-crds` and `linkerd-control-plane`, the URL of a repository, or `oci://…` | Linkerd's |
//! | `identity` | PEM texts: `trust_anchors`, `issuer_certificate` and `issuer_key` | an error, unless `values` see to it |
//! | `values` | values of the chart `linkerd-control-plane` | those of the chart |

use meshery_core::lifecycle::{ClusterCheck, ClusterMesh, ClusterProbe, MeshFacts, ResidueRule, Source, Trace};
use meshery_core::{Error, GroupKind, InstanceSpec, MeshInfo, MeshProvider, Result};
use serde_json::{Map, Value, json};

use super::charts::{Charts, namespace, overlay};
use super::settings::{Settings, place};

const CHARTS: &str = "https://helm.linkerd.io/edge";
const NAMESPACE: &str = "linkerd";
const INJECT: &str = "linkerd.io/inject";
const CERTIFICATE: &str = "CERTIFICATE";
const KEY: &str = "PRIVATE KEY";
/// The parts of an identity, and what their PEM frames say.
const IDENTITY: [(&str, &str); 3] =
    [("trust_anchors", CERTIFICATE), ("issuer_certificate", CERTIFICATE), ("issuer_key", KEY)];

pub(super) struct Linkerd;

impl MeshProvider for Linkerd {
    fn info(&self) -> MeshInfo {
        MeshInfo {
            id: "linkerd".into(),
            title: "Linkerd".into(),
            summary: "Linkerd's control plane on a cluster".into(),
            programs: Vec::new(),
        }
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
        let sees_to_it = own.contains_key("identity");
        overlay(&mut values, own);
        match settings.map("identity")? {
            Some(identity) => overlay(&mut values, identity_values(identity)?),
            None if sees_to_it => {}
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
        MeshFacts { runtime_owners: Vec::new(), residue: residue(namespace(wanted, NAMESPACE)) }
    }

    fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        let injected = ClusterProbe::Injected {
            namespace_labels: [].into(),
            namespace_annotations: [(INJECT.into(), "enabled".into())].into(),
            container: "linkerd-proxy".into(),
        };
        let check = |name: &str, claim: &str, probe| ClusterCheck { name: name.into(), claim: claim.into(), probe };
        vec![
            check("objects_ready", "All objects are there and ready", ClusterProbe::Ready),
            check("proxy_injected", "Pods of an annotated namespace get a proxy, others do not", injected),
        ]
    }
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
    let lease = |name: &str, who: &str| ResidueRule {
        kind: GroupKind::new("coordination.k8s.io", "Lease"),
        namespace: Some(home.into()),
        trace: Trace::Name(name.into()),
        remove: true,
        shared_by: None,
        reason: format!("the replicas of {who} elect by it who writes"),
    };
    let users = |kind: &str, trace, reason: &str| ResidueRule {
        kind: GroupKind::new("", kind),
        namespace: None,
        trace,
        remove: false,
        shared_by: None,
        reason: reason.into(),
    };
    let annotation = Trace::Annotation(INJECT.into());
    vec![
        lease("linkerd-destination-endpoint-write", "the destination controller"),
        lease("policy-controller-write", "the policy controller"),
        users("Namespace", annotation, "the annotation asks for proxies that nobody injects any more: remove it"),
        users(
            "Pod",
            Trace::Container("linkerd-proxy".into()),
            "its proxy runs on without a control plane: restart the workload",
        ),
    ]
}
