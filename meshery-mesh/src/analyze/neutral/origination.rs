//! TLS to the outside whose server is not verified.

use meshery_core::resource::Node;
use meshery_core::world::World;

use super::Place;
use super::kinds::{KUMA_EXTERNAL_SERVICE, KUMA_MESH_EXTERNAL_SERVICE};
use super::place::{is_true, items, text};
use crate::analyze::kinds::DESTINATION_RULE;

/// A setting by which the server is not verified.
pub(in crate::analyze) struct Unverified {
    pub(in crate::analyze) place: Place,
    /// What is not looked at.
    pub(in crate::analyze) message: &'static str,
    pub(in crate::analyze) help: &'static str,
}

/// Sorted by mesh.
const DIALECTS: [fn(&World) -> Vec<Unverified>; 2] = [istio, kuma];

/// All of them.
pub(in crate::analyze) fn unverified(world: &World) -> Vec<Unverified> {
    DIALECTS.iter().flat_map(|dialect| dialect(world)).collect()
}

/// What names no certificate authority either is what another rule speaks of.
fn istio(world: &World) -> Vec<Unverified> {
    let mut found = Vec::new();
    for rule in world.of(DESTINATION_RULE) {
        let subsets = rule.items(&["spec", "subsets"]).iter().filter_map(|subset| subset.get("trafficPolicy"));
        for policy in rule.root.at(&["spec", "trafficPolicy"]).into_iter().chain(subsets) {
            let ports = items(policy, &["portLevelSettings"]).iter().filter_map(|port| port.get("tls"));
            for tls in policy.get("tls").into_iter().chain(ports) {
                let skip = tls.get("insecureSkipVerify").filter(|node| node.as_bool() == Some(true));
                let has_authority = ["caCertificates", "credentialName"].iter().any(|key| text(tls, &[key]).is_some());
                let Some(node) = skip.filter(|_| has_authority) else { continue };
                let place = Place::of(rule, node);
                let message = "any certificate of the server is taken, whatever certificate authority is named";
                found.push(Unverified { place, message, help: "delete insecureSkipVerify" });
            }
        }
    }
    found
}

const ALL: &str = "any certificate of the server is taken";

fn kuma(world: &World) -> Vec<Unverified> {
    let new = world.of(KUMA_MESH_EXTERNAL_SERVICE).iter().filter(|it| is_true(&it.root, &["spec", "tls", "enabled"]));
    let new = new.filter_map(|service| {
        let node = service.root.at(&["spec", "tls", "verification", "mode"])?;
        let message = match node.as_str()? {
            "SkipAll" => ALL,
            "SkipCA" => "it is not looked at who has signed the certificate of the server",
            "SkipSAN" => "it is not looked at for which host the certificate of the server is",
            _ => return None,
        };
        let help = "set the mode to Secured, and name the certificate authority in caCert";
        Some(Unverified { place: Place::of(service, node), message, help })
    });
    let old = world.of(KUMA_EXTERNAL_SERVICE).iter().filter_map(|service| {
        let tls = service.root.at(&["spec", "networking", "tls"])?;
        let node = tls.get("skipHostnameVerification").filter(|it| it.as_bool() == Some(true))?;
        let is_on = tls.get("enabled").and_then(Node::as_bool) == Some(true);
        is_on.then(|| Unverified {
            place: Place::of(service, node),
            message: "it is not looked at for which host the certificate of the server is",
            help: "delete skipHostnameVerification, and set serverName where the host has another name",
        })
    });
    new.chain(old).collect()
}
