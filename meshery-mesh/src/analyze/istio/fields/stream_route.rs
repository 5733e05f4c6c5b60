//! The rules of a VirtualService for TLS and TCP.

use meshery_core::resource::Node;

use super::addresses::{is_ip, is_subnet};
use super::names::{is_within, of_gateway, wildcard};
use super::read::{is_null, list, texts};
use super::report::{Idea, Report};
use super::virtual_service::Hosts;

impl Report<'_> {
    /// A rule for TLS.
    pub(super) fn tls_route(&mut self, rule: &Node, hosts: &Hosts<'_>) {
        let help = "name server names in match";
        if list(rule, "match").is_empty() {
            self.say(Idea::Missing, rule, "a rule for TLS matches nothing", help);
        }
        for found in list(rule, "match") {
            if is_null(found) || list(found, "sniHosts").is_empty() {
                let place = if is_null(found) { rule } else { found };
                self.say(Idea::Missing, place, "a match of TLS names no server name", help);
            }
            for (name, place) in texts(found, "sniHosts") {
                self.server_name(name, place, hosts);
            }
            self.subnets(found);
            self.common_match(found);
        }
        self.stream_destinations(rule, "TLS");
    }

    /// A rule for TCP.
    pub(super) fn tcp_route(&mut self, rule: &Node) {
        for found in list(rule, "match") {
            if is_null(found) {
                self.say(Idea::Missing, rule, "a match of TCP is empty", "leave it out");
            }
            self.subnets(found);
            let before = self.problems.len();
            self.common_match(found);
            self.without_warnings(before);
        }
        self.stream_destinations(rule, "TCP");
    }

    fn stream_destinations(&mut self, rule: &Node, of: &str) {
        if list(rule, "route").is_empty() {
            let message = format!("a rule for {of} says nothing of where connections are sent");
            self.say(Idea::Action, rule, message, "write route");
        }
        self.routes(rule);
    }

    fn subnets(&mut self, found: &Node) {
        for (subnet, place) in texts(found, "destinationSubnets").filter(|(subnet, _)| !is_subnet(subnet)) {
            self.not_subnet(subnet, place);
        }
    }

    pub(super) fn not_subnet(&mut self, subnet: &str, place: &Node) {
        let message = format!("{subnet:?} is neither an address nor a range of them");
        self.say(Idea::Address, place, message, "write an address such as 10.0.0.1, or a range such as 10.0.0.0/8");
    }

    /// A server name is one of the hosts that the VirtualService is for.
    fn server_name(&mut self, name: &str, place: &Node, hosts: &Hosts<'_>) {
        let checked = if hosts.names_mesh { wildcard(name) } else { of_gateway(name, true) };
        if let Err(problem) = checked {
            if is_ip(name) {
                let message = format!("the server name {name:?} is an address, which clients do not send");
                self.say(Idea::NoEffect, place, message, "name a host, or match by destinationSubnets");
            } else {
                self.host_problem(problem, place);
            }
            return;
        }
        if !hosts.names.iter().any(|(host, _)| is_within(name, host)) {
            let message = format!("the server name {name:?} is of none of the hosts that the VirtualService is for");
            self.say(Idea::Sni, place, message, "name a host of spec.hosts, or add it there");
        }
    }
}
