//! ServiceEntries.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::resource::Node;

use super::addresses::{is_ip, is_subnet};
use super::names::{domain, is_partial};
use super::numbers::{Speech, speech};
use super::read::{choice, given, is_null, list, part, text, texts, told, whole};
use super::report::{Idea, Report};

pub(super) fn check(report: &mut Report<'_>, spec: &Node) {
    let resolution = choice(spec, "resolution", "NONE");
    if report.ends_at_selector(spec) {
        return;
    }
    if part(spec, "workloadSelector").is_some()
        && let Some(place) = given(spec, "endpoints")
    {
        let message = "endpoints are told, and workloads are selected";
        report.stated(Idea::Resolution, place, message, "leave one of endpoints and workloadSelector");
    }
    hosts(report, spec, resolution);
    for (address, place) in texts(spec, "addresses") {
        if !is_subnet(address) {
            report.not_subnet(address, place);
        }
        if address.contains('/') && !["NONE", "STATIC"].contains(&resolution) {
            let message = "a range of addresses is for hosts that are not looked up";
            report.stated(Idea::Resolution, place, message, "name addresses, or write resolution: NONE or STATIC");
        }
    }
    ports(report, spec);
    match resolution {
        "NONE" => none(report, spec),
        "STATIC" => {
            let names = port_names(spec);
            for endpoint in list(spec, "endpoints") {
                if is_null(endpoint) {
                    report.say(Idea::Missing, spec, "an endpoint is empty", "leave it out");
                } else {
                    report.workload(endpoint, Some(&names), false);
                }
            }
        }
        "DNS" | "DNS_ROUND_ROBIN" => by_name(report, spec, resolution),
        "DYNAMIC_DNS" => by_request(report, spec),
        _ => {}
    }
    several_hosts(report, spec, resolution);
    report.exports(spec, true, false);
}

fn hosts(report: &mut Report<'_>, spec: &Node, resolution: &str) {
    if list(spec, "hosts").is_empty() {
        let place = given(spec, "hosts").unwrap_or(spec);
        report.say(Idea::Host, place, "the ServiceEntry is for no hosts", "name its hosts");
    }
    for (host, place) in texts(spec, "hosts") {
        if host == "*" {
            let message = "the ServiceEntry is for the host \"*\", which is all of them";
            report.stated(Idea::Host, place, message, "name hosts, or a wildcard such as *.example.com");
            continue;
        }
        report.wildcard_host(host, place);
        if resolution != "DYNAMIC_DNS" && is_partial(host) {
            let message = format!("the host {host:?} has a wildcard for a part of a label");
            report.say(Idea::NoEffect, place, message, "write the wildcard for a whole label: *.example.com");
        }
    }
}

fn port_names(spec: &Node) -> BTreeSet<&str> {
    list(spec, "ports").iter().filter_map(|port| port.get("name")?.as_str()).collect()
}

fn ports(report: &mut Report<'_>, spec: &Node) {
    let mut names: BTreeMap<&str, &Node> = BTreeMap::new();
    let mut numbers: BTreeMap<i64, &Node> = BTreeMap::new();
    for port in list(spec, "ports") {
        if is_null(port) {
            report.say(Idea::Missing, spec, "a port is empty", "leave it out");
            continue;
        }
        if let Some((name, place)) = text(port, "name") {
            match names.get(name) {
                Some(other) => {
                    report.twice(Idea::Twice, place, other, format!("the port's name {name:?} is there twice"));
                }
                None => {
                    names.insert(name, place);
                }
            }
            report.port_name(name, place);
        } else {
            let place = given(port, "name").unwrap_or(port);
            report.say(Idea::Port, place, "the port has no name", "name the port");
        }
        match given(port, "number") {
            Some(place) => {
                let number = whole(place).unwrap_or_default();
                if let Some(other) = numbers.insert(number, place).filter(|_| report.alone) {
                    report.twice(Idea::Twice, place, other, format!("the port {number} is there twice"));
                }
                if !(1..=65_535).contains(&number) {
                    report.stated(Idea::Port, place, format!("{number} is no port"), "name a port between 1 and 65535");
                }
            }
            None => report.say(Idea::Port, port, "number is missing", "name a port between 1 and 65535"),
        }
        if let Some(target) = told(port, "targetPort")
            && whole(target).is_some_and(|target| !(1..=65_535).contains(&target))
        {
            report.stated(Idea::Port, target, "this is no port", "name a port between 1 and 65535");
        }
        report.protocol(port);
        addressed(report, spec, port);
    }
}

/// What istioctl's analyzer of schemas says of addresses; another one of it, and our rule for that, say it better.
fn addressed(report: &mut Report<'_>, spec: &Node, port: &Node) {
    let off = report.object.label("networking.istio.io/enable-autoallocate-ip");
    let allocates =
        choice(spec, "resolution", "NONE") != "NONE" && !off.is_some_and(|it| it.eq_ignore_ascii_case("false"));
    let is_tcp = ["", "TCP"].contains(&choice(port, "protocol", ""));
    if report.alone && list(spec, "addresses").is_empty() && !allocates && is_tcp {
        report.say(Idea::NoEffect, port, "a port of bytes has no address to be told by", "write addresses");
    }
}

fn none(report: &mut Report<'_>, spec: &Node) {
    if let Some(place) = told(spec, "endpoints") {
        let message = "connections go where the client meant, and endpoints are told";
        report.stated(Idea::Resolution, place, message, "leave endpoints out, or write resolution: STATIC");
    }
    if let Some(place) = part(spec, "workloadSelector") {
        let message = "connections go where the client meant, and workloads are selected";
        report.say(Idea::NoEffect, place, message, "leave the selector out, or write resolution: STATIC");
    }
}

/// Hosts, or those of endpoints, are looked up.
fn by_name(report: &mut Report<'_>, spec: &Node, resolution: &str) {
    let endpoints = list(spec, "endpoints");
    if endpoints.is_empty()
        && let Some((host, place)) = texts(spec, "hosts").find(|(host, _)| domain(host).is_err())
    {
        let message = format!("the host {host:?} cannot be looked up, and there are no endpoints");
        report.say(Idea::Resolution, place, message, "name hosts without wildcards, or endpoints");
    }
    if let ("DNS_ROUND_ROBIN", Some(place)) = (resolution, endpoints.get(1)) {
        let message = "one endpoint is looked up, and there are several";
        report.stated(Idea::Resolution, place, message, "leave one endpoint, or write resolution: DNS");
    }
    let names = port_names(spec);
    for endpoint in endpoints {
        if is_null(endpoint) {
            report.say(Idea::Missing, spec, "an endpoint is empty", "leave it out");
            continue;
        }
        let address = text(endpoint, "address");
        if !address.is_some_and(|(address, _)| is_ip(address) || domain(address).is_ok()) {
            let place = address.map_or(endpoint, |(_, place)| place);
            let message = "the endpoint has no address, and no host that could be looked up";
            report.say(Idea::Address, place, message, "write an address such as 10.0.0.1, or a host");
        }
        report.labels(endpoint, "labels");
        report.workload_ports(endpoint, Some(&names));
    }
    let is_bytes = |port: &Node| matches!(speech(choice(port, "protocol", "")), Speech::Bytes | Speech::Tls);
    if !list(spec, "addresses").is_empty() && list(spec, "ports").iter().any(is_bytes) && list(spec, "hosts").len() > 1
    {
        let place = given(spec, "hosts").unwrap_or(spec);
        let message = "several hosts share addresses and a port of bytes, so they are not told apart";
        report.say(Idea::NoEffect, place, message, "make a ServiceEntry for each host");
    }
}

/// The host of each request is looked up.
fn by_request(report: &mut Report<'_>, spec: &Node) {
    for (host, place) in texts(spec, "hosts").filter(|(host, _)| !host.starts_with('*')) {
        let message = format!("each request's own host is looked up, and {host:?} is no wildcard");
        report.say(Idea::Resolution, place, message, "write a wildcard such as *.example.com, or resolution: DNS");
    }
    for key in ["addresses", "endpoints"] {
        if let Some(place) = told(spec, key) {
            let message = format!("each request's own host is looked up, and {key} are told");
            report.say(Idea::Resolution, place, message, format!("leave {key} out, or write another resolution"));
        }
    }
    for port in list(spec, "ports") {
        let protocol = choice(port, "protocol", "").to_lowercase();
        if !["http", "tls", "grpc", "http2"].contains(&protocol.as_str()) {
            let place = given(port, "protocol").unwrap_or(port);
            let message = "each request's own host is looked up, and this port is not for HTTP, HTTP2, GRPC or TLS";
            report.say(Idea::Resolution, place, message, "write one of these protocols");
        }
    }
    let waypoint = report.object.label("istio.io/use-waypoint").unwrap_or_default();
    let uses = !waypoint.is_empty() && !waypoint.eq_ignore_ascii_case("none");
    if uses && choice(spec, "location", "MESH_EXTERNAL") == "MESH_INTERNAL" {
        let place = given(spec, "location").unwrap_or(spec);
        let message = "each request's own host is looked up, within the mesh and by a waypoint";
        report.say(Idea::Resolution, place, message, "write location: MESH_EXTERNAL, or use no waypoint");
    }
}

/// Bytes do not tell which of several hosts is meant.
fn several_hosts(report: &mut Report<'_>, spec: &Node, resolution: &str) {
    if resolution == "NONE" || list(spec, "hosts").len() < 2 {
        return;
    }
    let told_apart = |port: &Node| matches!(speech(choice(port, "protocol", "")), Speech::Http | Speech::Tls);
    if let Some(port) = list(spec, "ports").iter().find(|port| !told_apart(port)) {
        let place = given(port, "protocol").unwrap_or(port);
        let message = "several hosts share a port that is neither for HTTP nor for TLS, so they are not told apart";
        report.say(Idea::Resolution, place, message, "make a ServiceEntry for each host, or name the protocol");
    }
}
