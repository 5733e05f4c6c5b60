//! Gateways.

use std::collections::BTreeMap;

use meshery_core::resource::Node;

use super::addresses::{UNIX, is_ip, is_socket};
use super::names::{is_label, scoped};
use super::numbers::{Speech, speech};
use super::read::{choice, given, is_null, is_on, list, part, text, texts, told, whole_of};
use super::report::{Idea, Report};

pub(super) fn check(report: &mut Report<'_>, spec: &Node) {
    let name = &*report.object.name;
    if !is_label(name)
        && let Some(place) = report.object.root.at(&["metadata", "name"])
    {
        let help = "use letters, digits and inner hyphens, at most 63, and no dots";
        report.say(Idea::Name, place, format!("{name:?} is no name of a Gateway"), help);
    }
    // Of one without servers another rule says more.
    if list(spec, "servers").is_empty() && report.alone {
        report.say(Idea::Missing, spec, "the Gateway has no servers", "say on which ports it listens for which hosts");
    }
    let mut names: BTreeMap<&str, &Node> = BTreeMap::new();
    for server in list(spec, "servers") {
        if is_null(server) {
            report.say(Idea::Missing, spec, "a server is empty", "leave it out");
            continue;
        }
        check_server(report, server);
        let Some(port) = part(server, "port") else { continue };
        let name = text(port, "name");
        let (name, place) = (name.map(|(name, _)| name).unwrap_or_default(), name.map_or(port, |(_, place)| place));
        match names.get(name) {
            Some(other) => report.twice(Idea::Twice, place, other, format!("the port's name {name:?} is there twice")),
            None => {
                names.insert(name, place);
            }
        }
        let tls = part(server, "tls").filter(|tls| is_on(tls, "httpsRedirect"));
        let place = tls.and_then(|tls| given(tls, "httpsRedirect"));
        if let Some(place) = place.filter(|_| speech(choice(port, "protocol", "")) != Speech::Http) {
            let message = "clients are sent to HTTPS from a port that is not for HTTP";
            report.say(Idea::NoEffect, place, message, "write it for the server on the port for HTTP");
        }
    }
}

fn check_server(report: &mut Report<'_>, server: &Node) {
    if list(server, "hosts").is_empty() {
        let place = given(server, "hosts").unwrap_or(server);
        report.say(Idea::Host, place, "a server is for no hosts", "name its hosts, or \"*\" for all");
    }
    for (host, place) in texts(server, "hosts") {
        if let Err(problem) = scoped(host, true) {
            report.host_problem(problem, place);
        }
    }
    let bind = text(server, "bind");
    let before = report.problems.len();
    check_port(report, server, bind.map(|(bind, _)| bind).unwrap_or_default());
    let has_port = report.problems.len() == before;
    if let Some((bind, place)) = bind {
        check_bind(report, server, bind, place);
    }
    if let Some(tls) = part(server, "tls") {
        report.server_tls(tls);
    }
    if has_port {
        fits_protocol(report, server);
    }
}

fn check_port(report: &mut Report<'_>, server: &Node, bind: &str) {
    let Some(port) = part(server, "port") else {
        report.say(Idea::Port, server, "a server has no port", "name the port that it listens on");
        return;
    };
    let protocol = text(port, "protocol");
    if protocol.is_none_or(|(protocol, _)| speech(protocol) == Speech::Unknown) {
        let place = protocol.map_or(port, |(_, place)| place);
        let help = "it is one of HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TLS, TCP, MONGO, REDIS, MYSQL";
        report.say(Idea::Port, place, "the port of a server has no protocol that Istio knows", help);
    }
    if whole_of(port, "number") > 0 || !bind.starts_with(UNIX) {
        report.port_of(port, "number");
    }
    if let Some(place) = told(port, "targetPort") {
        let message = "a Gateway listens on a port, and forwards to none";
        report.say(Idea::Setting, place, message, "leave targetPort out");
    }
    if text(port, "name").is_none() {
        report.say(Idea::Port, given(port, "name").unwrap_or(port), "the port of a server has no name", "name it");
    }
}

fn check_bind(report: &mut Report<'_>, server: &Node, bind: &str, place: &Node) {
    match bind.strip_prefix(UNIX) {
        Some(path) => {
            report.socket(path, place);
            let number = part(server, "port").and_then(|port| told(port, "number"));
            if let Some(number) = number {
                let message = "a server listens at a socket of the file system, and on a port";
                report.say(Idea::Port, number, message, "write 0, or an address to bind to");
            }
        }
        None if !is_ip(bind) => {
            let message = format!("{bind:?} is no address to listen at");
            report.say(Idea::Address, place, message, "write an address, or unix:// and a path");
        }
        None => {}
    }
}

fn fits_protocol(report: &mut Report<'_>, server: &Node) {
    let Some(port) = part(server, "port") else { return };
    let tls = part(server, "tls");
    match (speech(choice(port, "protocol", "")), tls) {
        (Speech::Tls, None) => {
            let message = "a server for HTTPS or TLS has no settings of TLS";
            report.say(Idea::ServerTls, server, message, "write tls with the certificate, or another protocol");
        }
        (Speech::Tls, _) | (_, None) => {}
        (Speech::Http, Some(tls)) => {
            // Of a server in the clear only the redirect to another is looked at.
            let passes = ["PASSTHROUGH", "AUTO_PASSTHROUGH"].contains(&choice(tls, "mode", "PASSTHROUGH"));
            let has_files =
                ["caCertificates", "privateKey", "serverCertificate"].iter().any(|key| text(tls, key).is_some());
            if !passes || has_files {
                let message = "a server for HTTP in the clear has settings of TLS";
                report.say(
                    Idea::ServerTls,
                    tls,
                    message,
                    "write the protocol HTTPS, or leave all but httpsRedirect out",
                );
            }
        }
        (_, Some(tls)) => {
            let message = "a server that is not for HTTPS or TLS has settings of TLS";
            report.say(Idea::ServerTls, tls, message, "write the protocol TLS, or leave them out");
        }
    }
}

impl Report<'_> {
    /// The path of a socket of the file system.
    pub(super) fn socket(&mut self, path: &str, place: &Node) {
        if !is_socket(path) {
            let message = format!("{path:?} is no path of a socket");
            self.say(Idea::Address, place, message, "write unix:// and an absolute path, or unix://@ and a name");
        }
    }
}
