//! Names of clients: DNS-like, perhaps with a star in front, or SPIFFE IDs.

use crate::analyze::linkerd::values::spiffe;
use crate::analyze::values::dns;

/// What is wrong with a name of a client.
pub(in crate::analyze) fn problem(identity: &str) -> Option<&'static str> {
    if let Some(rest) = identity.strip_prefix("spiffe://") {
        return spiffe::problem(rest);
    }
    let rest = if identity == "*" { None } else { Some(identity.strip_prefix("*.").unwrap_or(identity)) };
    let is_name = |name: &str| name.split('.').all(|part| !part.is_empty() && dns::is_subdomain(part));
    match rest {
        Some(name) if !is_name(name) => Some(
            "it is neither a SPIFFE ID nor a DNS name of small letters, digits and hyphens, with a star in front at most",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_in_front_alone() {
        let good =
            ["*", "*.ns.serviceaccount.identity.linkerd.cluster.local", "a.b", "spiffe://root.linkerd/ns/a/sa/b"];
        assert!(good.into_iter().all(|name| problem(name).is_none()));
        let bad = ["", "**", "a.*", "a.", ".a", "a..b", "A.b", "spiffe:/a", "https://a.b/c", "spiffe:///a"];
        assert!(bad.into_iter().all(|name| problem(name).is_some()));
    }
}
