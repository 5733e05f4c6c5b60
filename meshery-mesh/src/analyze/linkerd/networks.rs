//! Lists of networks with exceptions, as three kinds of policies have them.

use meshery_core::Span;
use meshery_core::resource::Node;

use crate::analyze::linkerd::values::cidr::Cidr;

/// What is wrong with the networks of a list, and where. An address is a network of one.
pub(in crate::analyze) fn problems(networks: &[Node]) -> Vec<(Span, String)> {
    let read = Cidr::network_or_address;
    let mut problems = Vec::new();
    for network in networks {
        let Some(text) = network.get("cidr") else { continue };
        let Some(name) = text.as_str() else { continue };
        let outer = read(name);
        if outer.is_none() {
            problems.push((text.span, format!("{name:?} is no network")));
        }
        for exception in network.get("except").map(Node::items).unwrap_or_default() {
            let Some(inner_name) = exception.as_str() else { continue };
            let problem = match (outer, read(inner_name)) {
                (_, None) => format!("{inner_name:?} is no network"),
                (Some(outer), Some(inner)) if inner.contains(&outer) => {
                    format!("the exception {inner_name} leaves nothing of {name}")
                }
                (Some(outer), Some(inner)) if !outer.contains(&inner) => {
                    format!("the exception {inner_name} is not in {name}")
                }
                _ => continue,
            };
            problems.push((exception.span, problem));
        }
    }
    problems
}
