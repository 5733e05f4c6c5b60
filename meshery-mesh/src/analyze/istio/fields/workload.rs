//! Workloads that are no pods: WorkloadEntries, endpoints of ServiceEntries, and WorkloadGroups.

use std::collections::BTreeSet;

use meshery_core::resource::Node;

use super::addresses::{UNIX, is_ip, is_socket};
use super::header::is_plain_name;
use super::names::{domain, is_label};
use super::read::{given, is_null, list, part, text, told, whole};
use super::report::{Idea, Report};

/// How a workload is asked whether it is ready.
const PROBES: [&str; 4] = ["httpGet", "tcpSocket", "exec", "grpc"];

pub(super) fn check_entry(report: &mut Report<'_>, spec: &Node) {
    report.workload(spec, None, true);
}

pub(super) fn check_group(report: &mut Report<'_>, spec: &Node) {
    if part(spec, "template").is_none() {
        report.say(Idea::Missing, spec, "template is missing", "say what the workloads are like");
        return;
    }
    if let Some(metadata) = part(spec, "metadata") {
        report.labels(metadata, "labels");
    }
    if let Some(probe) = part(spec, "probe") {
        check_probe(report, probe);
    }
}

fn check_probe(report: &mut Report<'_>, probe: &Node) {
    let counts = ["periodSeconds", "initialDelaySeconds", "timeoutSeconds", "successThreshold", "failureThreshold"];
    report.none_negative(probe, &counts);
    if PROBES.iter().all(|key| part(probe, key).is_none()) {
        let message = "nothing says how the workload is asked whether it is ready";
        report.say(Idea::Missing, probe, message, "write httpGet, tcpSocket, exec or grpc");
    }
    if let Some(get) = part(probe, "httpGet") {
        report.stated_port(get);
        if let Some((scheme, place)) = text(get, "scheme").filter(|(scheme, _)| !["HTTP", "HTTPS"].contains(scheme)) {
            report.stated(Idea::Setting, place, format!("{scheme:?} is no scheme of a probe"), "write HTTP or HTTPS");
        }
        for header in list(get, "httpHeaders").iter().filter(|header| !is_null(header)) {
            let name = text(header, "name");
            if !name.is_some_and(|(name, _)| is_plain_name(name, false)) {
                let place = name.map_or(header, |(_, place)| place);
                report.say(
                    Idea::Header,
                    place,
                    "a header of the probe has no valid name",
                    "use letters, digits and hyphens",
                );
            }
        }
    }
    if let Some(socket) = part(probe, "tcpSocket") {
        report.stated_port(socket);
    }
    if let Some(exec) = part(probe, "exec").filter(|exec| list(exec, "command").is_empty()) {
        report.say(Idea::Missing, exec, "a probe runs no command", "name the command");
    }
}

impl Report<'_> {
    /// A port that the definition says the bounds of, unless it is missing.
    fn stated_port(&mut self, node: &Node) {
        if self.alone || given(node, "port").is_none() {
            self.port_of(node, "port");
        }
    }

    /// A workload by its address; an endpoint of a ServiceEntry has no ports but those of it.
    pub(super) fn workload(&mut self, workload: &Node, ports: Option<&BTreeSet<&str>>, named: bool) {
        let address = text(workload, "address");
        match address {
            None if text(workload, "network").is_none() => {
                let (message, help) = ("the workload has no address", "write address, or network");
                // An empty one is enough for the definition.
                match ["address", "network"].iter().find_map(|key| given(workload, key)) {
                    Some(place) => self.say(Idea::Address, place, message, help),
                    None => self.stated(Idea::Address, workload, message, help),
                }
                return;
            }
            None => {
                let message = "the workload has no address, so it is reached through the gateways of its network alone";
                self.say(Idea::NoEffect, workload, message, "write its address, unless that is meant");
            }
            Some((address, place)) => self.workload_address(workload, address, place, named),
        }
        self.workload_ports(workload, ports);
        self.labels(workload, "labels");
        let is_socket = address.is_some_and(|(address, _)| address.starts_with(UNIX));
        if let Some((_, place)) = address.filter(|_| is_socket && ports.is_some_and(|ports| ports.len() != 1)) {
            let message = "an endpoint at a socket of the file system stands for one port, and there are others";
            self.say(Idea::Resolution, place, message, "leave one port in the ServiceEntry");
        }
    }

    fn workload_address(&mut self, workload: &Node, address: &str, place: &Node, named: bool) {
        if let Some(path) = address.strip_prefix(UNIX) {
            if !is_socket(path) {
                let message = format!("{path:?} is no path of a socket");
                self.stated(Idea::Address, place, message, "write an absolute path, or @ and a name");
            }
            if let Some(ports) = told(workload, "ports") {
                let message = "a socket of the file system has no ports";
                self.stated(Idea::Address, ports, message, "leave ports out");
            }
        } else if !is_ip(address) {
            if !named {
                let message = format!("{address:?} is no address, and hosts are not looked up for this ServiceEntry");
                self.say(Idea::Address, place, message, "write an address, or resolution: DNS");
            } else if domain(address).is_err() {
                let message = format!("{address:?} is neither an address nor a host");
                self.say(Idea::Address, place, message, "write an address such as 10.0.0.1, or a host");
            }
        }
    }

    pub(super) fn workload_ports(&mut self, workload: &Node, ports: Option<&BTreeSet<&str>>) {
        for field in workload.get("ports").map(Node::fields).unwrap_or_default() {
            let name = &*field.key;
            if ports.is_some_and(|ports| !ports.contains(name)) {
                let message = format!("the ServiceEntry has no port {name:?}");
                self.say_key(Idea::Resolution, field, message, "name a port of spec.ports");
            }
            let help = "use letters, digits and inner hyphens, at most 63";
            if !is_label(name) {
                self.stated_key(Idea::Port, field, format!("{name:?} is no name of a port"), help);
            }
            if whole(&field.value).is_some_and(|port| !(1..=65_535).contains(&port)) {
                self.stated(Idea::Port, &field.value, "this is no port", "name a port between 1 and 65535");
            }
        }
    }
}
