//! VirtualServices.

use std::collections::HashMap;

use meshery_core::resource::Node;

use super::addresses::is_ip;
use super::http_match::is_claim;
use super::names::{of_gateway, wildcard};
use super::read::{is_null, list, texts, told};
use super::report::{Idea, Report};
use crate::analyze::istio::virtual_service::MESH;

/// The hosts that a VirtualService is for.
pub(super) struct Hosts<'a> {
    pub(super) names: Vec<(&'a str, &'a Node)>,
    /// Whether it is for gateways alone, and not for sidecars.
    pub(super) of_gateways: bool,
    /// Whether it says that it is for sidecars. Server names are as gateways have them where it does not.
    pub(super) names_mesh: bool,
}

pub(super) fn check(report: &mut Report<'_>, spec: &Node) {
    let gateways: Vec<&str> = texts(spec, "gateways").map(|(name, _)| name).collect();
    let names_mesh = gateways.contains(&MESH);
    let of_gateways = !gateways.is_empty() && !names_mesh;
    let hosts = Hosts { names: texts(spec, "hosts").collect(), of_gateways, names_mesh };
    let included = list(spec, "hosts").is_empty();
    if included {
        delegate(report, spec);
    }
    report.gateway_names(spec);
    if !of_gateways {
        claims(report, spec);
    }
    check_hosts(report, spec, &hosts);
    if ["http", "tls", "tcp"].iter().all(|protocol| list(spec, protocol).is_empty()) {
        report.say(Idea::NoRules, spec, "the VirtualService has no rules", "write http, tls or tcp");
    }
    for rule in list(spec, "http") {
        if is_null(rule) {
            report.say(Idea::Missing, spec, "a rule of http is empty", "leave it out");
            continue;
        }
        report.http_route(rule, included);
    }
    list(spec, "tls").iter().filter(|rule| !is_null(rule)).for_each(|rule| report.tls_route(rule, &hosts));
    list(spec, "tcp").iter().filter(|rule| !is_null(rule)).for_each(|rule| report.tcp_route(rule));
    report.exports(spec, false, false);
}

/// One without hosts is there to be included, and can be by rules for HTTP only.
fn delegate(report: &mut Report<'_>, spec: &Node) {
    for key in ["gateways", "tls", "tcp"] {
        if let Some(place) = told(spec, key) {
            let message = format!("a VirtualService without hosts, which others include, has {key}");
            report.say(Idea::Action, place, message, format!("name hosts, or leave {key} out"));
        }
    }
}

/// Claims of tokens are known to gateways only.
fn claims(report: &mut Report<'_>, spec: &Node) {
    let matches = list(spec, "http").iter().flat_map(|rule| list(rule, "match"));
    let maps = matches.flat_map(|found| ["headers", "withoutHeaders"].into_iter().filter_map(|key| found.get(key)));
    for field in maps.flat_map(Node::fields).filter(|field| is_claim(&field.key)) {
        let message = format!("{:?} is matched by sidecars, which know no claims of tokens", &*field.key);
        report.say_key(Idea::Setting, field, message, "name the gateways that the VirtualService is for, without mesh");
    }
}

fn check_hosts(report: &mut Report<'_>, spec: &Node, hosts: &Hosts<'_>) {
    let matches = list(spec, "tls").iter().flat_map(|rule| list(rule, "match"));
    let sni = matches.into_iter().any(|found| !list(found, "sniHosts").is_empty());
    let mut all_valid = true;
    for (host, place) in &hosts.names {
        let checked = if hosts.of_gateways { of_gateway(host, sni) } else { wildcard(host) };
        match checked {
            Err(problem) if !is_ip(host) => {
                report.host_problem(problem, place);
                all_valid = false;
            }
            Ok(()) if *host == "*" && !hosts.of_gateways => {
                let message = "the host \"*\" is for gateways only, and sidecars use this VirtualService";
                report.say(Idea::Host, place, message, "name hosts, or the gateways that it is for");
                all_valid = false;
            }
            _ => {}
        }
    }
    if all_valid {
        twice(report, hosts);
    }
}

/// No host is there twice, or stands for one that is.
fn twice(report: &mut Report<'_>, hosts: &Hosts<'_>) {
    // By what follows the star, and whole.
    let mut wildcards: HashMap<&str, (usize, &Node)> = HashMap::new();
    let mut plain: HashMap<&str, (usize, &Node)> = HashMap::new();
    for (at, (host, place)) in hosts.names.iter().enumerate() {
        match host.strip_prefix('*') {
            Some(end) => wildcards.entry(end).or_insert((at, place)),
            None => plain.entry(host).or_insert((at, place)),
        };
    }
    for (at, (host, place)) in hosts.names.iter().enumerate() {
        let bare = host.strip_prefix('*').unwrap_or(host);
        let ends = bare.char_indices().map(|(at, _)| at).chain([bare.len()]).filter_map(|from| bare.get(from..));
        let mut others = ends.filter_map(|end| wildcards.get(end)).chain(plain.get(host));
        if let Some((_, other)) = others.find(|(other, _)| *other != at) {
            // Of two that are the same the second is one too many.
            let (one, two) = if other.span < place.span { (*place, *other) } else { (*other, *place) };
            let is_said = report.problems.last().is_some_and(|last| last.idea == Idea::Twice && last.span == one.span);
            if !is_said {
                report.twice(Idea::Twice, one, two, format!("{host:?} is told twice, by a wildcard or as it is"));
            }
        }
    }
}
