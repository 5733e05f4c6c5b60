//! Hosts that stand for all Services of a namespace, or of the mesh.

use super::host::CLUSTER_DOMAIN;

/// For how many Services a host stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Breadth<'a> {
    /// For all of the mesh.
    Mesh,
    /// For all of a namespace.
    Namespace(&'a str),
}

/// For how many Services a host stands, if for so many.
pub(in crate::analyze) fn breadth(host: &str) -> Option<Breadth<'_>> {
    if host == "*.local" {
        return Some(Breadth::Mesh);
    }
    let namespace = host.strip_prefix("*.")?.strip_suffix(CLUSTER_DOMAIN)?.strip_suffix(".svc.")?;
    (!namespace.is_empty() && !namespace.contains('.')).then_some(Breadth::Namespace(namespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_namespaces_and_the_mesh_are_wide() {
        assert_eq!(breadth("*.local"), Some(Breadth::Mesh));
        assert_eq!(breadth("*.shop.svc.cluster.local"), Some(Breadth::Namespace("shop")));
        for host in ["*", "*.com", "reviews", "*.svc.cluster.local", "*.a.b.svc.cluster.local", "*.shop.svc"] {
            assert_eq!(breadth(host), None, "{host}");
        }
    }
}
