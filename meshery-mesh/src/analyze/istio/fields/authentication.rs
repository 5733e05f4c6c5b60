//! PeerAuthentications and RequestAuthentications.

use meshery_core::resource::Node;

use super::header::is_plain_name;
use super::json_web_keys::{Keys, keys};
use super::read::{given, is_null, list, part, text, texts, told};
use super::report::{Idea, Report};
use crate::analyze::istio::url;

pub(super) fn check_peers(report: &mut Report<'_>, spec: &Node) {
    let has_labels = part(spec, "selector").is_some_and(|selector| told(selector, "matchLabels").is_some());
    let ports = part(spec, "portLevelMtls");
    if let Some(place) = ports.filter(|ports| !has_labels && !ports.is_empty()) {
        let message = "a policy for a namespace or the mesh is told of single ports";
        report.stated(Idea::Conflict, place, message, "name the labels of the workloads: selector.matchLabels");
    }
    if let Some(place) = ports.filter(|ports| ports.is_empty()) {
        report.say(Idea::Missing, place, "no port is told", "name ports, or leave portLevelMtls out");
    }
    for field in ports.map(Node::fields).unwrap_or_default() {
        if field.key.parse::<i64>().is_ok_and(|port| !(1..=65_535).contains(&port)) {
            report.stated_key(
                Idea::Port,
                field,
                format!("{} is no port", field.key),
                "name a port between 1 and 65535",
            );
        }
    }
    report.selector(spec, "selector", "matchLabels");
}

pub(super) fn check_requests(report: &mut Report<'_>, spec: &Node) {
    report.attached(spec);
    // The definition refuses what is empty; istiod takes it for a rule without anything.
    let rules = list(spec, "jwtRules").iter().filter(|rule| report.alone || !is_null(rule));
    for rule in rules.collect::<Vec<_>>() {
        check_rule(report, rule);
    }
}

fn check_rule(report: &mut Report<'_>, rule: &Node) {
    for key in ["audiences", "fromParams", "fromCookies"] {
        for (_, place) in texts(rule, key).filter(|(text, _)| text.is_empty()) {
            report.say(Idea::Token, place, format!("{key} has an empty text"), "write it, or leave it out");
        }
    }
    let uri = text(rule, "jwksUri").or_else(|| text(rule, "jwks_uri"));
    if text(rule, "issuer").is_none() && uri.is_none() {
        let place = given(rule, "issuer").unwrap_or(rule);
        let message = "nothing says who issues the tokens, nor where the keys are";
        report.say(Idea::Token, place, message, "write issuer, jwksUri or both");
    }
    if let Some((uri, place)) = uri {
        let is_web =
            uri.split_once(':').is_some_and(|(scheme, _)| ["http", "https"].contains(&&*scheme.to_lowercase()));
        if !is_web || url::host(uri).is_none() {
            let message = format!("keys cannot be fetched from {uri:?}");
            report.stated(Idea::Token, place, message, "write a URL that begins with https://");
        }
    }
    if let Some((jwks, place)) = text(rule, "jwks") {
        match keys(jwks) {
            Keys::Wrong(problem) => {
                report.say(Idea::Token, place, problem, "write the set of keys as JSON: {\"keys\": [...]}");
            }
            Keys::Public => {}
            Keys::Private => {
                let message = "the keys that tokens are checked with hold a private one, with which tokens are made";
                let help = "leave the private parts out, and make new keys: whoever read this object has them";
                report.say(Idea::PrivateKey, place, message, help);
            }
        }
    }
    for location in list(rule, "fromHeaders") {
        if text(location, "name").is_none() {
            let place = if is_null(location) { rule } else { given(location, "name").unwrap_or(location) };
            report.say(Idea::Token, place, "a token is in a header without a name", "name the header");
        }
    }
    for copied in list(rule, "outputClaimToHeaders") {
        copy(report, rule, copied);
    }
    report.duration(rule, "timeout");
}

/// A claim that is copied to a header.
fn copy(report: &mut Report<'_>, rule: &Node, copied: &Node) {
    let (claim, header) = (text(copied, "claim"), text(copied, "header"));
    match (claim, header) {
        (Some(_), Some((name, place))) => {
            if !is_plain_name(name, true) {
                let message = format!("no claim can be copied to the header {name:?}");
                report.say(Idea::Token, place, message, "use letters, digits, hyphens and underscores");
            }
        }
        (claim, _) => {
            let key = if claim.is_none() { "claim" } else { "header" };
            let place = if is_null(copied) { rule } else { given(copied, key).unwrap_or(copied) };
            report.say(
                Idea::Token,
                place,
                format!("a claim is copied, and {key} is empty"),
                "name the claim and the header",
            );
        }
    }
}
