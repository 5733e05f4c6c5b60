//! The configuration of the mesh. What it leaves out is at its default, which is valid.

use std::collections::BTreeMap;

use meshery_core::resource::Node;

use super::names::trust_domain;
use super::numbers::nanoseconds;
use super::read::{given, list, part, texts, told};
use super::report::{Idea, Report};

/// Curves that Envoy may be told.
const CURVES: [&str; 7] = ["P-224", "P-256", "P-521", "P-384", "X25519", "X25519Kyber768Draft00", "X25519MLKEM768"];
/// An hour, in nanoseconds: how long it may take to connect.
const HOUR: i128 = 3_600_000_000_000;

pub(super) fn check(report: &mut Report<'_>, root: &Node) {
    if let Some(port) = given(root, "proxyListenPort") {
        report.port(port);
    }
    report.duration(root, "connectTimeout");
    if let Some(place) = given(root, "connectTimeout")
        && place.as_str().and_then(nanoseconds).is_some_and(|time| time > HOUR)
    {
        report.say(Idea::Duration, place, "it may take more than an hour to connect", "write an hour at most");
    }
    if let Some(place) = given(root, "protocolDetectionTimeout")
        && place.as_str().and_then(nanoseconds).is_none_or(|time| time % 1_000_000 != 0)
    {
        let message = "this is no whole number of milliseconds";
        report.say(Idea::Duration, place, message, "write a duration such as 500ms, or 0s for never");
    }
    if let Some(defaults) = part(root, "defaultConfig") {
        report.proxy_defaults(defaults);
    }
    if let Some(setting) = part(root, "localityLbSetting") {
        report.locality(setting, true);
    }
    if let Some(setting) = part(root, "zoneAwareLbSetting") {
        report.zone_aware(setting, true);
    }
    for (host, place) in list(root, "serviceSettings").iter().flat_map(|setting| texts(setting, "hosts")) {
        report.wildcard_host(host, place);
    }
    let domain = given(root, "trustDomain").and_then(|place| Some((place.as_str()?, place)));
    let domains = domain.into_iter().chain(texts(root, "trustDomainAliases"));
    for (domain, place) in domains.filter(|(domain, _)| !trust_domain(domain)) {
        let message = format!("{domain:?} is no trust domain");
        report.say(Idea::Mesh, place, message, "write labels of letters, digits and hyphens, with dots between them");
    }
    report.providers(root);
    tls(report, root);
    if let Some(policy) = part(root, "defaultTrafficPolicy") {
        report.outliers(policy);
        if let Some(pool) = part(policy, "connectionPool") {
            report.connection_pool(pool);
        }
    }
}

fn tls(report: &mut Report<'_>, root: &Node) {
    if let Some(place) = part(root, "meshMTLS").and_then(|tls| told(tls, "ecdhCurves")) {
        let message = "the curves of the mesh's own TLS cannot be told";
        report.say(Idea::Mesh, place, message, "write tlsDefaults.ecdhCurves for TLS of gateways and others");
    }
    let Some(defaults) = part(root, "tlsDefaults") else { return };
    let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
    for (curve, place) in texts(defaults, "ecdhCurves").filter(|(curve, _)| !curve.is_empty()) {
        if !CURVES.contains(&curve) {
            let help = format!("it is one of {}", CURVES.join(", "));
            report.say(Idea::WeakTls, place, format!("{curve:?} is no curve that Envoy is known to have"), help);
        } else if let Some(other) = seen.insert(curve, place) {
            report.twice(Idea::WeakTls, place, other, format!("{curve:?} is there twice"));
        }
    }
}
