//! Services.

use meshery_core::resource::Node;

use super::{LABEL, Refusals, items, said, text, words};
use crate::analyze::values::address::is_ip;
use crate::analyze::values::dns::{is_dns_label, is_subdomain};

/// What ports of a Service may speak.
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
const TYPES: [&str; 4] = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"];
/// No address at all, only those of the pods.
const HEADLESS: &str = "None";

pub(super) fn check(refusals: &mut Refusals<'_>) {
    let Some(spec) = refusals.object.root.get("spec") else { return };
    let kind = text(spec, "type").unwrap_or("ClusterIP");
    refusals.one_of(spec, "type", &TYPES);
    refusals.one_of(spec, "sessionAffinity", &["ClientIP", "None"]);
    let (is_headless, is_external) = (text(spec, "clusterIP") == Some(HEADLESS), kind == "ExternalName");
    if let Some((address, node)) = words(spec, "clusterIP") {
        if address != HEADLESS && !is_ip(address) {
            refusals.say(node.span, format!("{address:?} is no address"), "leave it out, or write None");
        } else if is_headless && (is_external || ["NodePort", "LoadBalancer"].contains(&kind)) {
            let message = format!("a Service of the type {kind} has an address of its own");
            refusals.say(node.span, message, "leave out clusterIP, or write the type ClusterIP");
        }
    }
    if is_external {
        external(refusals, spec);
    }
    if said(spec, "ports").is_none() && !is_headless && !is_external {
        let place = spec.get("ports").unwrap_or(spec).span;
        refusals.say(place, "the Service has no ports", "name the port that is called");
    }
    ports(refusals, spec, kind);
}

/// A Service that stands for a host elsewhere.
fn external(refusals: &mut Refusals<'_>, spec: &Node) {
    match words(spec, "externalName") {
        None => refusals.say(spec.span, "the Service has no externalName", "name the host that it stands for"),
        Some((name, node)) if !is_subdomain(name.strip_suffix('.').unwrap_or(name)) => {
            let help = "use small letters, digits, and inner hyphens and dots";
            refusals.say(node.span, format!("{name:?} is no name of a host"), help);
        }
        Some(_) => {}
    }
}

fn ports(refusals: &mut Refusals<'_>, spec: &Node, kind: &str) {
    let ports: Vec<&Node> = items(spec, "ports").collect();
    for port in &ports {
        if let Some(number) = port.get("port") {
            refusals.port(number);
        }
        if let Some(target) = port.get("targetPort").filter(|target| !target.is_empty()) {
            refusals.port_or_name(target);
        }
        refusals.one_of(port, "protocol", &PROTOCOLS);
        match words(port, "name") {
            None if ports.len() > 1 => {
                refusals.say(port.span, "one of several ports has no name", "name each of them");
            }
            Some((name, node)) if !is_dns_label(name) => {
                refusals.say(node.span, format!("{name:?} is no name of a port"), LABEL);
            }
            _ => {}
        }
        let node_port = port.get("nodePort").filter(|it| it.as_int().is_some_and(|number| number != 0));
        if let Some(node_port) = node_port.filter(|_| kind == "ClusterIP") {
            let message = "a Service of the type ClusterIP has no port on the nodes";
            refusals.say(node_port.span, message, "leave out nodePort, or write the type NodePort");
        }
    }
    let named = ports.iter().filter_map(|port| words(port, "name"));
    refusals.called_twice("port", named);
    let protocol = |port: &&&Node| text(port, "protocol").unwrap_or("TCP").to_owned();
    let numbered = ports.iter().filter_map(|port| {
        let number = port.get("port")?;
        Some(((number.as_int()?, protocol(&port)), number))
    });
    let say = |(number, protocol): &(i64, String)| {
        (format!("another port is {number} of {protocol}, too"), "leave out one of the two".to_owned())
    };
    refusals.twice(numbered, say);
}
