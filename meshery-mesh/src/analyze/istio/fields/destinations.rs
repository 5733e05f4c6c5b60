//! Where requests are sent: a host, perhaps a subset and a port of it, and how many of them.

use meshery_core::resource::Node;

use super::names::{is_label, wildcard};
use super::read::{is_null, list, part, text, whole_of};
use super::report::{Idea, Report};

impl Report<'_> {
    /// A host, which may begin with a wildcard.
    pub(super) fn wildcard_host(&mut self, host: &str, place: &Node) {
        if let Err(problem) = wildcard(host) {
            self.host_problem(problem, place);
        }
    }

    pub(super) fn host_problem(&mut self, problem: String, place: &Node) {
        let help = "write it as labels of letters, digits and hyphens, with dots between them";
        self.say(Idea::Host, place, problem, help);
    }

    /// The host, subset and port of a destination.
    pub(super) fn destination(&mut self, destination: &Node) {
        match text(destination, "host") {
            Some(("*", place)) => {
                self.say(
                    Idea::Host,
                    place,
                    "requests are sent to the host \"*\", which is all of them",
                    "name the host",
                );
            }
            Some((host, place)) => self.wildcard_host(host, place),
            None => {
                let place = destination.get("host").filter(|host| !is_null(host)).unwrap_or(destination);
                self.say(Idea::Host, place, "the destination names no host", "name the host that requests are sent to");
            }
        }
        if let Some((subset, place)) = text(destination, "subset") {
            self.subset_name(subset, place);
        }
        if let Some(port) = part(destination, "port") {
            self.port_of(port, "number");
        }
    }

    /// The name of a subset.
    pub(super) fn subset_name(&mut self, name: &str, place: &Node) {
        if !is_label(name) {
            let help = "use letters, digits and inner hyphens, at most 63";
            self.say(Idea::Name, place, format!("{name:?} is no name of a subset"), help);
        }
    }

    /// The destinations of a route, and how requests are divided between them.
    pub(super) fn routes(&mut self, rule: &Node) {
        let routes = list(rule, "route");
        let mut sum: i64 = 0;
        for route in routes {
            if is_null(route) {
                self.say(Idea::Missing, rule, "a destination is empty", "name the host, or leave the item out");
                continue;
            }
            match part(route, "destination") {
                Some(destination) => self.destination(destination),
                None => self.say(Idea::Missing, route, "a route names no destination", "say where requests are sent"),
            }
            self.headers(route);
            self.none_negative(route, &["weight"]);
            sum = sum.saturating_add(whole_of(route, "weight"));
        }
        if let ([_, _, ..], Some(place), 0) = (routes, rule.get("route"), sum) {
            let message = "several destinations share the requests, and none has a weight";
            self.say(Idea::Weights, place, message, "give each destination its weight");
        }
    }
}
