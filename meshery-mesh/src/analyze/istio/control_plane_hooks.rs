//! The webhooks by which the API server asks istiod, and where they lead.

use std::net::IpAddr;
use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, Span, World};

use super::url;
use crate::analyze::kinds::{MUTATING_WEBHOOK, VALIDATING_WEBHOOK};

/// A webhook of istiod's.
pub(in crate::analyze) struct Hook {
    object: Arc<Resource>,
    place: Span,
    pub(in crate::analyze) name: String,
    pub(in crate::analyze) target: Target,
}

/// Where a webhook leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Target {
    /// To a Service of the cluster.
    Service,
    Nowhere,
    /// To what is no URL.
    Broken(String),
    /// To a host outside.
    Host(String),
    Address(IpAddr),
}

impl Hook {
    /// A finding at it.
    pub(in crate::analyze) fn finding(&self, rule: &RuleInfo, message: String) -> Finding {
        rule.finding(&self.object, self.place, message)
    }
}

/// The webhooks of a world that are istiod's, by what they are called.
pub(in crate::analyze) fn hooks(world: &World) -> Vec<Hook> {
    let compatible = world.settings().compatible;
    let of = |kind: Kind<'static>| world.of(kind).iter().filter(move |object| is_of_istiod(object, kind, compatible));
    let objects = of(VALIDATING_WEBHOOK).chain(of(MUTATING_WEBHOOK));
    let hooks =
        objects.flat_map(|object| object.items(&["webhooks"]).iter().map(|hook| Hook::new(object, hook, compatible)));
    hooks.collect()
}

fn is_of_istiod(object: &Resource, kind: Kind<'_>, compatible: bool) -> bool {
    let name = &*object.name;
    if kind == VALIDATING_WEBHOOK {
        return name == "istiod-default-validator" || name.starts_with("istio-validator");
    }
    name.starts_with("istio-sidecar-injector") || (!compatible && name.starts_with("istio-revision-tag-"))
}

impl Hook {
    fn new(object: &Arc<Resource>, hook: &Node, compatible: bool) -> Self {
        let client = hook.get("clientConfig");
        let field = |key: &str| client.and_then(|it| it.get(key)).filter(|it| !matches!(it.value, Value::Null));
        let url = field("url");
        let target = match url.and_then(Node::as_str) {
            Some(url) => Target::of(url, compatible),
            None if field("service").is_some() => Target::Service,
            None => Target::Nowhere,
        };
        let place = url.or(client).unwrap_or(hook).span;
        let name = hook.get("name").and_then(Node::as_str).unwrap_or_default().to_owned();
        Self { object: Arc::clone(object), place, name, target }
    }
}

impl Target {
    fn of(text: &str, compatible: bool) -> Self {
        let broken = || Self::Broken(text.to_owned());
        let Some(host) = url::host(text) else { return broken() };
        // Nobody is asked without a host, and the API server takes no other scheme.
        if host.is_empty() || (!compatible && !text.starts_with("https://")) {
            return broken();
        }
        host.parse().map_or_else(|_| Self::Host(host), Self::Address)
    }
}
