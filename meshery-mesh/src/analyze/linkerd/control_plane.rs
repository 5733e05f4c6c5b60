//! How Linkerd is installed, and its certificates.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::View;
use meshery_core::{Span, World};

use super::place;
use crate::analyze::kinds::{CONFIG_MAP, MUTATING_WEBHOOK, SECRET, VALIDATING_WEBHOOK};
use crate::analyze::kubernetes::Content;
use crate::analyze::{Source, yaml};
use crate::pki::Certificate;

/// What certificates are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Part {
    /// What all proxies trust.
    Anchors,
    /// What signs the proxies' certificates.
    Issuer,
    /// What a webhook shows to the API server.
    Webhook(&'static str),
}

/// Certificates of the control plane. Those that cannot be read are none: charts are often rendered with placeholders.
pub(in crate::analyze) struct Held {
    pub(in crate::analyze) object: Arc<Resource>,
    /// Where they stand.
    pub(in crate::analyze) span: Span,
    pub(in crate::analyze) part: Part,
    pub(in crate::analyze) certificates: Vec<Certificate>,
    /// What they must lead to; `None` where that is not known.
    pub(in crate::analyze) anchors: Option<Vec<Certificate>>,
}

/// A control plane of Linkerd.
pub(in crate::analyze) struct ControlPlane {
    pub(in crate::analyze) certificates: Vec<Held>,
    /// The ConfigMap and the values of its installation.
    pub(in crate::analyze) values: Option<(Arc<Resource>, Node)>,
}

/// The webhooks: their Secret and their configuration.
const WEBHOOKS: [(&str, &str, &str); 3] = [
    ("proxy injector", "linkerd-proxy-injector-k8s-tls", "linkerd-proxy-injector-webhook-config"),
    ("ServiceProfile validator", "linkerd-sp-validator-k8s-tls", "linkerd-sp-validator-webhook-config"),
    ("policy validator", "linkerd-policy-validator-k8s-tls", "linkerd-policy-validator-webhook-config"),
];

impl View for ControlPlane {
    fn of(world: &World) -> Self {
        let mut certificates = Vec::new();
        for map in world.of(CONFIG_MAP).iter().filter(|it| &*it.name == "linkerd-identity-trust-roots") {
            let bundle = map.root.at(&["data", "ca-bundle.crt"]).and_then(|node| Some((node.span, node.as_str()?)));
            if let Some((span, list)) = bundle.and_then(|(span, text)| Some((span, Certificate::read(text).ok()?))) {
                let object = Arc::clone(map);
                certificates.push(Held { object, span, part: Part::Anchors, certificates: list, anchors: None });
            }
        }
        for secret in world.of(SECRET).iter().filter(|it| &*it.name == "linkerd-identity-issuer") {
            let anchors = certificates.iter().find(|held| held.object.namespace == secret.namespace);
            let anchors = anchors.map(|held| held.certificates.clone());
            certificates.extend(held(secret, &["crt.pem", "tls.crt"], Part::Issuer, anchors));
        }
        for (name, secret_name, config) in WEBHOOKS {
            let configs = [MUTATING_WEBHOOK, VALIDATING_WEBHOOK].into_iter();
            let bundle = configs.filter_map(|kind| world.get(kind, "", config)).find_map(|config| bundle(config));
            for secret in world.of(SECRET).iter().filter(|it| &*it.name == secret_name) {
                certificates.extend(held(secret, &["tls.crt"], Part::Webhook(name), bundle.clone()));
            }
        }
        let config = world.of(CONFIG_MAP).iter().find(|it| &*it.name == "linkerd-config");
        let values = config.and_then(|config| {
            let text = config.text(&["data", "values"])?;
            let document = yaml::read(&Source::new("values", text)).into_iter().find_map(Result::ok)?;
            Some((Arc::clone(config), document))
        });
        Self { certificates, values }
    }
}

/// The certificates under the first of these keys that has some.
fn held(secret: &Arc<Resource>, keys: &[&str], part: Part, anchors: Option<Vec<Certificate>>) -> Option<Held> {
    let content = Content::of(secret);
    let (key, certificates) = keys.iter().find_map(|key| {
        let pem = String::from_utf8(content.get(key)?).ok()?;
        Some((*key, Certificate::read(&pem).ok()?))
    })?;
    let map = ["stringData", "data"].into_iter().filter_map(|map| secret.root.get(map));
    let span = map.filter(|map| map.get(key).is_some()).map(|map| place(map, key)).next().unwrap_or(secret.head());
    Some(Held { object: Arc::clone(secret), span, part, certificates, anchors })
}

/// What the API server checks a webhook's certificate against.
fn bundle(config: &Resource) -> Option<Vec<Certificate>> {
    use base64::Engine;
    let text = config.items(&["webhooks"]).first()?.at(&["clientConfig", "caBundle"])?.as_str()?;
    let pem = base64::engine::general_purpose::STANDARD.decode(text.replace(['\n', ' '], "")).ok()?;
    Certificate::read(&String::from_utf8(pem).ok()?).ok()
}

impl ControlPlane {
    /// A value of the installation.
    pub(in crate::analyze) fn value(&self, path: &[&str]) -> Option<&Node> {
        self.values.as_ref()?.1.at(path)
    }
}

/// A day, from seconds since 1970, as `2026-11-30`.
pub(in crate::analyze) fn day_of(seconds: i64) -> String {
    time::OffsetDateTime::from_unix_timestamp(seconds)
        .map_or_else(|_| "a day far off".into(), |time| time.date().to_string())
}

impl Part {
    /// What it is, for messages.
    pub(in crate::analyze) fn called(self) -> String {
        match self {
            Self::Anchors => "the trust anchor".into(),
            Self::Issuer => "the issuer's certificate".into(),
            Self::Webhook(name) => format!("the certificate of the {name}"),
        }
    }
}
