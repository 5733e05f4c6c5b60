//! The names of hosts.

use std::fmt;

use meshery_core::world::Reach;

/// The cluster's DNS domain, unless the mesh is told another.
pub(in crate::analyze) const CLUSTER_DOMAIN: &str = "cluster.local";

/// A host that a configuration names, seen from its namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Host<'a> {
    /// A Service: `reviews`, `reviews.shop.svc` or `reviews.shop.svc.cluster.local`.
    Service { name: &'a str, namespace: &'a str, domain: &'a str },
    /// `reviews.shop`: either the Service of a namespace or a domain of the world.
    Either { text: &'a str, name: &'a str, namespace: &'a str },
    /// Any other: a domain of the world, a wildcard, an address.
    External(&'a str),
}

impl<'a> Host<'a> {
    /// Reads a host as an object of this namespace means it.
    pub(in crate::analyze) fn parse(text: &'a str, namespace: &'a str) -> Self {
        if text.starts_with('*') || text.contains(':') {
            return Self::External(text);
        }
        let Some((name, rest)) = text.split_once('.') else {
            return Self::Service { name: text, namespace, domain: CLUSTER_DOMAIN };
        };
        match (text.split_once(".svc."), text.strip_suffix(".svc")) {
            (Some((start, domain)), _) => Self::service(text, start, domain),
            (None, Some(start)) => Self::service(text, start, CLUSTER_DOMAIN),
            (None, None) if rest.contains('.') => Self::External(text),
            (None, None) => Self::Either { text, name, namespace: rest },
        }
    }

    /// `start` is what stands before `.svc`.
    fn service(text: &'a str, start: &'a str, domain: &'a str) -> Self {
        match start.rsplit_once('.') {
            Some((name, namespace)) => Self::Service { name, namespace, domain },
            None => Self::External(text),
        }
    }

    /// Says that a rule has looked for it where it may be a Service.
    pub(in crate::analyze) fn looked_for(self, reach: &mut Reach) {
        if let Some((_, namespace)) = self.as_service() {
            reach.add(namespace);
        }
    }

    /// The name it may have as a Service.
    pub(in crate::analyze) fn as_service(self) -> Option<(&'a str, &'a str)> {
        match self {
            Self::Service { name, namespace, .. } | Self::Either { name, namespace, .. } => Some((name, namespace)),
            Self::External(_) => None,
        }
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service { name, namespace, domain } => write!(f, "{name}.{namespace}.svc.{domain}"),
            Self::Either { text, .. } | Self::External(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_four_spellings() {
        let service = Host::Service { name: "reviews", namespace: "shop", domain: CLUSTER_DOMAIN };
        for text in ["reviews", "reviews.shop.svc", "reviews.shop.svc.cluster.local"] {
            assert_eq!(Host::parse(text, "shop"), service);
        }
        assert_eq!(Host::parse("reviews.shop", "any").as_service(), Some(("reviews", "shop")));
        assert_eq!(service.to_string(), "reviews.shop.svc.cluster.local");
    }

    #[test]
    fn a_pod_of_a_service_is_no_service_of_its_own() {
        let pod = Host::parse("web-0.web.shop.svc.cluster.local", "any");
        assert_eq!(pod.as_service(), Some(("web-0.web", "shop")));
    }

    #[test]
    fn the_world_is_not_the_cluster() {
        for text in ["www.example.com", "*", "*.svc.cluster.local", "10.0.0.1", "::1", "a.svc.b", "a.svc"] {
            assert_eq!(Host::parse(text, "shop"), Host::External(text));
        }
    }
}
