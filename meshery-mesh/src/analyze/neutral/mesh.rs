//! The meshes.

use std::fmt;

/// A mesh, or the API that several of them share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::analyze) enum Mesh {
    Consul,
    GatewayApi,
    Istio,
    Kuma,
    Linkerd,
    Osm,
}

impl Mesh {
    /// Its name as its project writes it.
    pub(in crate::analyze) fn title(self) -> &'static str {
        match self {
            Self::Consul => "Consul",
            Self::GatewayApi => "Gateway API",
            Self::Istio => "Istio",
            Self::Kuma => "Kuma",
            Self::Linkerd => "Linkerd",
            Self::Osm => "Open Service Mesh",
        }
    }
}

/// Its name in a sentence.
impl fmt::Display for Mesh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::GatewayApi { "the Gateway API" } else { self.title() })
    }
}
