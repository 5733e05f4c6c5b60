//! Sidecars.

use std::collections::{BTreeMap, HashSet};

use meshery_core::resource::Node;

use super::addresses::{UNIX, is_ip, with_port};
use super::names::{domain, scoped};
use super::numbers::{Speech, speech};
use super::read::{choice, given, is_null, list, part, text, texts, told, whole_of};
use super::report::{Idea, Report};

/// Where a sidecar forwards to within its pod.
const LOCAL: [&str; 5] = ["", "127.0.0.1", "0.0.0.0", "::1", "::"];

pub(super) fn check(report: &mut Report<'_>, spec: &Node) {
    if report.ends_at_selector(spec) {
        return;
    }
    let is_set = ["outboundTrafficPolicy", "inboundConnectionPool"].iter().any(|key| part(spec, key).is_some());
    if list(spec, "egress").is_empty() && list(spec, "ingress").is_empty() && !is_set {
        // istiod says nothing else of it.
        report.problems.retain(|_| !report.alone);
        report.say(Idea::Missing, spec, "the Sidecar says nothing", "write egress, ingress or outboundTrafficPolicy");
        return;
    }
    ingress(report, spec);
    if let Some(pool) = part(spec, "inboundConnectionPool") {
        report.connection_pool(pool);
    }
    egress(report, spec);
    outbound(report, spec);
}

fn ingress(report: &mut Report<'_>, spec: &Node) {
    let mut ports: BTreeMap<i64, &Node> = BTreeMap::new();
    for listener in list(spec, "ingress") {
        if is_null(listener) {
            report.say(Idea::Missing, spec, "a listener is empty", "leave it out");
            continue;
        }
        let Some(port) = part(listener, "port") else {
            report.say(Idea::Port, listener, "a listener has no port", "name the port that it listens on");
            continue;
        };
        report.listener_port(port);
        report.port_of(port, "number");
        if let Some((bind, place)) = text(listener, "bind").filter(|(bind, _)| !is_ip(bind)) {
            let message = format!("{bind:?} is no address to listen at");
            report.say(Idea::Address, place, message, "write an address");
        }
        let number = whole_of(port, "number");
        let place = given(port, "number").unwrap_or(port);
        if let Some(other) = ports.insert(number, place) {
            report.twice(Idea::Twice, place, other, format!("two listeners take the port {number}"));
        }
        if let Some((endpoint, place)) = text(listener, "defaultEndpoint") {
            local_endpoint(report, endpoint, place);
        }
        if let Some(tls) = part(listener, "tls") {
            ingress_tls(report, port, tls);
        }
        let Some(pool) = part(listener, "connectionPool") else { continue };
        report.connection_pool(pool);
        if let Some(http) = part(pool, "http").filter(|_| speech(choice(port, "protocol", "")) != Speech::Http) {
            let message = "limits of HTTP are told for a port that is not for HTTP";
            report.say(Idea::NoEffect, http, message, "write tcp, or the protocol HTTP");
        }
    }
}

fn local_endpoint(report: &mut Report<'_>, endpoint: &str, place: &Node) {
    if let Some(path) = endpoint.strip_prefix(UNIX) {
        report.socket(path, place);
        return;
    }
    let help = "write 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix:// and a path";
    match with_port(endpoint) {
        Some((host, port)) if LOCAL.contains(&host) => {
            if !port.parse::<i64>().is_ok_and(|port| (1..=65_535).contains(&port)) {
                report.say(Idea::Listener, place, format!("{endpoint:?} names no port between 1 and 65535"), help);
            }
        }
        _ => report.say(Idea::Listener, place, format!("{endpoint:?} is no place within the pod"), help),
    }
}

fn ingress_tls(report: &mut Report<'_>, port: &Node, tls: &Node) {
    for key in ["subjectAltNames", "httpsRedirect", "credentialName", "credentialNames", "tlsCertificates"] {
        if let Some(place) = told(tls, key) {
            let message = format!("a Sidecar has no use for {key}");
            report.say(Idea::Listener, place, message, format!("leave {key} out; certificates are named by files"));
        }
    }
    let mode = choice(tls, "mode", "PASSTHROUGH");
    if ["ISTIO_MUTUAL", "AUTO_PASSTHROUGH"].contains(&mode) {
        let place = given(tls, "mode").unwrap_or(tls);
        report.say(Idea::Listener, place, format!("a Sidecar cannot have the mode {mode}"), "write SIMPLE or MUTUAL");
    }
    if speech(choice(port, "protocol", "")) != Speech::Tls {
        let message = "a listener that is not for HTTPS or TLS has settings of TLS";
        report.say(Idea::ServerTls, tls, message, "write the protocol HTTPS or TLS, or leave them out");
    }
    report.server_tls(tls);
}

fn egress(report: &mut Report<'_>, spec: &Node) {
    let listeners = list(spec, "egress");
    let mut ports: BTreeMap<i64, &Node> = BTreeMap::new();
    let mut sockets: BTreeMap<&str, &Node> = BTreeMap::new();
    let mut rest = false;
    for (at, listener) in listeners.iter().enumerate() {
        if is_null(listener) {
            report.say(Idea::Missing, spec, "a listener is empty", "leave it out");
            continue;
        }
        if let Some(port) = part(listener, "port") {
            egress_port(report, listener, port);
            let number = whole_of(port, "number");
            let place = given(port, "number").unwrap_or(port);
            let bind = text(listener, "bind").map(|(bind, _)| bind).unwrap_or_default();
            let other = if number == 0 { sockets.insert(bind, place) } else { ports.insert(number, place) };
            if let Some(other) = other {
                report.twice(Idea::Twice, place, other, "two listeners take the same port or socket");
            }
        } else if rest {
            let message = "two listeners are for all ports that others leave";
            report.say(Idea::Listener, listener, message, "leave one listener without a port");
            continue;
        } else if at + 1 == listeners.len() {
            rest = true;
        } else {
            let message = "a listener for all ports that others leave is not the last one";
            report.say(Idea::Listener, listener, message, "put it to the end, or name its port");
        }
        egress_hosts(report, listener);
    }
}

fn egress_port(report: &mut Report<'_>, listener: &Node, port: &Node) {
    report.listener_port(port);
    let bind = text(listener, "bind");
    if whole_of(port, "number") != 0 {
        report.port_of(port, "number");
        if let Some((bind, place)) = bind.filter(|(bind, _)| !is_ip(bind)) {
            let message = format!("{bind:?} is no address to listen at");
            report.say(Idea::Address, place, message, "write an address, or the port 0 for unix:// and a path");
        }
        return;
    }
    if let Some((path, place)) = bind.and_then(|(bind, place)| Some((bind.strip_prefix(UNIX)?, place))) {
        report.socket(path, place);
    } else {
        let message = "a listener has no port, and no socket of the file system";
        report.say(Idea::Port, port, message, "name a port, or bind to unix:// and a path");
    }
    if !["DEFAULT", "NONE"].contains(&choice(listener, "captureMode", "DEFAULT")) {
        let place = given(listener, "captureMode").unwrap_or(listener);
        let message = "connections to a socket of the file system cannot be captured";
        report.say(Idea::Listener, place, message, "write captureMode: NONE, or leave it out");
    }
}

fn egress_hosts(report: &mut Report<'_>, listener: &Node) {
    if list(listener, "hosts").is_empty() {
        let place = given(listener, "hosts").unwrap_or(listener);
        report.say(Idea::Host, place, "a listener is for no hosts", "name hosts as NAMESPACE/HOST");
    }
    let own = report.object.namespace.as_deref().unwrap_or_default().to_owned();
    let mut seen: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    for (host, place) in texts(listener, "hosts") {
        if let Some((namespace, name)) = host.split_once('/').filter(|(namespace, _)| !namespace.starts_with('~')) {
            let namespace = if namespace == "." { own.as_str() } else { namespace };
            let names = seen.entry(namespace).or_default();
            let is_twice = if name == "*" { !names.is_empty() } else { names.contains(name) || names.contains("*") };
            if is_twice {
                let message = format!("{host:?} is told twice, by a wildcard or as it is");
                report.say(Idea::EgressTwice, place, message, "leave one of them");
            }
            names.insert(name);
        }
        if let Err(problem) = scoped(host, false) {
            report.host_problem(problem, place);
        }
    }
    if seen.get("*").is_some_and(|names| names.contains("*")) && seen.len() > 1 {
        let place = given(listener, "hosts").unwrap_or(listener);
        let message = "\"*/*\" is all hosts, and others are told beside it";
        report.say(Idea::EgressTwice, place, message, "leave \"*/*\" out, or all others");
    }
}

fn outbound(report: &mut Report<'_>, spec: &Node) {
    let Some(policy) = part(spec, "outboundTrafficPolicy") else { return };
    let mode = choice(policy, "mode", "REGISTRY_ONLY");
    if mode == "ALLOW_ANY_DYNAMIC_DNS" {
        let place = given(policy, "mode").unwrap_or(policy);
        let message = "hosts are looked up for each request by the whole mesh, or not at all";
        report.say(Idea::Listener, place, message, "write it into the configuration of the mesh, or ALLOW_ANY here");
        return;
    }
    let Some(proxy) = part(policy, "egressProxy") else { return };
    if mode != "ALLOW_ANY" {
        let message = "what is not known is refused, and would be sent through a proxy";
        report.say(Idea::Listener, proxy, message, "write mode: ALLOW_ANY");
        return;
    }
    if let Some((host, place)) = text(proxy, "host")
        && let (Err(problem), true) = (domain(host), super::names::wildcard(host).is_ok())
    {
        report.host_problem(problem, place);
    }
    if part(proxy, "port").is_none() {
        report.say(Idea::Port, proxy, "the proxy has no port", "name its port");
        return;
    }
    report.destination(proxy);
}

impl Report<'_> {
    /// The port of a listener of a Sidecar, but for its number.
    fn listener_port(&mut self, port: &Node) {
        if let Some((name, place)) = text(port, "name") {
            self.port_name(name, place);
        }
        self.protocol(port);
        if let Some(place) = told(port, "targetPort") {
            let message = "a Sidecar listens on a port, and where to is told by defaultEndpoint";
            self.say(Idea::Setting, place, message, "leave targetPort out");
        }
    }
}
