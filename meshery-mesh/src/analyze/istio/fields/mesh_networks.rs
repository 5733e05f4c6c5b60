//! The networks of a mesh.

use meshery_core::resource::Node;

use super::addresses::{is_ip, is_subnet};
use super::names::{domain, is_label};
use super::read::{list, text};
use super::report::{Idea, Report};

pub(super) fn check(report: &mut Report<'_>, root: &Node) {
    for network in root.get("networks").map(Node::fields).unwrap_or_default() {
        for endpoints in list(&network.value, "endpoints") {
            if let Some((range, place)) = text(endpoints, "fromCidr").filter(|(range, _)| !is_subnet(range)) {
                report.not_subnet(range, place);
            }
            if let Some((name, place)) = text(endpoints, "fromRegistry").filter(|(name, _)| !is_label(name)) {
                let help = "use letters, digits and inner hyphens, at most 63";
                report.say(Idea::Name, place, format!("{name:?} is no name of a cluster"), help);
            }
        }
        for gateway in list(&network.value, "gateways") {
            if let Some((name, place)) = text(gateway, "registryServiceName")
                && let Err(problem) = domain(name)
            {
                report.host_problem(problem, place);
            }
            if let Some((address, place)) = text(gateway, "address").filter(|it| !is_ip(it.0) && domain(it.0).is_err())
            {
                let message = format!("{address:?} is neither an address nor a host");
                report.say(Idea::Address, place, message, "write an address such as 10.0.0.1, or a host");
            }
            report.port_of(gateway, "port");
        }
    }
}
