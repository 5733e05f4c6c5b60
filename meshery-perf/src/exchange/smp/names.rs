//! Names of the proto's enumerations.

use meshery_core::Result;
use serde_json::Value;

use super::field::Item;
use super::problems::Problems;
use super::reader::Reader;
use super::warning::Noticed;

/// Defines enumerations by the names and numbers of the proto.
macro_rules! enumerations {
    ($($(#[$about:meta])* $name:ident { $($(#[$entry_about:meta])* $entry:ident = $number:literal $wire:literal,)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$entry_about])* $entry,)*
            /// A name or number that this version of the proto does not have.
            Other(String),
        }

        impl $name {
            /// Every one that the proto has, by number.
            pub const ALL: &'static [Self] = &[$(Self::$entry),*];

            /// Its name in the proto.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$entry => $wire,)*
                    Self::Other(name) => name,
                }
            }
        }

        impl Enumeration for $name {
            const ALL: &'static [Self] = Self::ALL;

            fn name(&self) -> &str {
                self.name()
            }

            fn number(&self) -> Option<i64> {
                match self {
                    $(Self::$entry => Some($number),)*
                    Self::Other(_) => None,
                }
            }

            fn other(name: String) -> Self {
                Self::Other(name)
            }
        }

        impl Item for $name {
            fn read(value: Value, reader: &mut Reader) -> Result<Self> {
                read(&value, reader)
            }

            fn write(&self) -> Value {
                write(self.name())
            }

            fn check(&self, problems: &mut Problems) {
                if let Self::Other(name) = self {
                    let known: Vec<_> = Self::ALL.iter().map(Self::name).collect();
                    problems.add("unknown name", &format!("one of {}", known.join(", ")), name);
                }
            }
        }
    )*};
}

enumerations! {
    /// What a client speaks.
    ///
    /// ```
    /// assert_eq!(meshery_perf::exchange::smp::Protocol::Grpc.name(), "PROTOCOL_GRPC");
    /// ```
    Protocol {
        /// Not said.
        Invalid = 0 "PROTOCOL_INVALID",
        /// HTTP.
        Http = 1 "PROTOCOL_HTTP",
        /// TCP.
        Tcp = 2 "PROTOCOL_TCP",
        /// UDP.
        Udp = 3 "PROTOCOL_UDP",
        /// gRPC.
        Grpc = 4 "PROTOCOL_GRPC",
    }

    /// What an application speaks.
    ///
    /// ```
    /// assert_eq!(meshery_perf::exchange::smp::ApplicationProtocol::Https.name(), "PROTOCOL_HTTPS");
    /// ```
    ApplicationProtocol {
        /// Not said.
        Invalid = 0 "PROTOCOL_INVALID",
        /// HTTP.
        Http = 1 "PROTOCOL_HTTP",
        /// HTTPS.
        Https = 2 "PROTOCOL_HTTPS",
    }

    /// A mesh. The list has no name for none, nor for a bare proxy.
    ///
    /// ```
    /// use meshery_perf::exchange::smp::MeshType;
    ///
    /// let names: Vec<_> = MeshType::ALL.iter().map(MeshType::name).collect();
    /// assert_eq!(names[2..4], ["CONSUL", "ISTIO"]);
    /// ```
    MeshType {
        /// Not said.
        Invalid = 0 "INVALID_MESH",
        /// AWS App Mesh.
        AppMesh = 1 "APP_MESH",
        /// Consul.
        Consul = 2 "CONSUL",
        /// Istio.
        Istio = 3 "ISTIO",
        /// Kuma.
        Kuma = 4 "KUMA",
        /// Linkerd.
        Linkerd = 5 "LINKERD",
        /// Traefik Mesh, before Maesh.
        TraefikMesh = 6 "TRAEFIK_MESH",
        /// Octarine.
        Octarine = 7 "OCTARINE",
        /// Network Service Mesh.
        NetworkServiceMesh = 8 "NETWORK_SERVICE_MESH",
        /// Tanzu Service Mesh.
        Tanzu = 9 "TANZU",
        /// Open Service Mesh.
        OpenServiceMesh = 10 "OPEN_SERVICE_MESH",
        /// NGINX Service Mesh.
        NginxServiceMesh = 11 "NGINX_SERVICE_MESH",
        /// Cilium.
        CiliumServiceMesh = 12 "CILIUM_SERVICE_MESH",
    }
}

impl MeshType {
    /// The mesh that people call so, in any case and with any marks between words; `None` for what the proto has no name
    /// for, such as no mesh.
    ///
    /// ```
    /// use meshery_perf::exchange::smp::MeshType;
    ///
    /// assert_eq!(MeshType::called("Network Service Mesh"), Some(MeshType::NetworkServiceMesh));
    /// assert_eq!(MeshType::called("maesh"), Some(MeshType::TraefikMesh));
    /// assert_eq!(MeshType::called("envoy"), None);
    /// ```
    pub fn called(name: &str) -> Option<Self> {
        const SHORT: [(&str, MeshType); 10] = [
            ("awsappmesh", MeshType::AppMesh),
            ("cilium", MeshType::CiliumServiceMesh),
            ("maesh", MeshType::TraefikMesh),
            ("nginx", MeshType::NginxServiceMesh),
            ("nginxsm", MeshType::NginxServiceMesh),
            ("nsm", MeshType::NetworkServiceMesh),
            ("osm", MeshType::OpenServiceMesh),
            ("tanzusm", MeshType::Tanzu),
            ("tanzuservicemesh", MeshType::Tanzu),
            ("traefik", MeshType::TraefikMesh),
        ];
        let name = plain(name);
        let short = SHORT.into_iter().find(|(short, _)| *short == name).map(|(_, mesh)| mesh);
        short.or_else(|| Self::ALL.iter().skip(1).find(|mesh| plain(mesh.name()) == name).cloned())
    }
}

impl Protocol {
    /// The protocol that people call so, in any case: `http`, `gRPC`.
    ///
    /// ```
    /// use meshery_perf::exchange::smp::Protocol;
    ///
    /// assert_eq!(Protocol::called("gRPC"), Some(Protocol::Grpc));
    /// ```
    pub fn called(name: &str) -> Option<Self> {
        Self::ALL.iter().skip(1).find(|protocol| is_called(protocol.name(), name)).cloned()
    }
}

impl ApplicationProtocol {
    /// The protocol that people call so, in any case.
    ///
    /// ```
    /// use meshery_perf::exchange::smp::ApplicationProtocol;
    ///
    /// assert_eq!(ApplicationProtocol::called("https"), Some(ApplicationProtocol::Https));
    /// ```
    pub fn called(name: &str) -> Option<Self> {
        Self::ALL.iter().skip(1).find(|protocol| is_called(protocol.name(), name)).cloned()
    }
}

fn is_called(wire: &str, name: &str) -> bool {
    wire == name || wire.trim_start_matches("PROTOCOL_").eq_ignore_ascii_case(name.trim())
}

/// Letters and digits alone, in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// What is done alike with every enumeration.
trait Enumeration: Clone + 'static {
    const ALL: &'static [Self];
    fn name(&self) -> &str;
    fn number(&self) -> Option<i64>;
    fn other(name: String) -> Self;
}

fn read<T: Enumeration>(value: &Value, reader: &mut Reader) -> Result<T> {
    let known = |is: &dyn Fn(&T) -> bool| T::ALL.iter().find(|entry| is(entry)).cloned();
    match value {
        Value::String(text) => Ok(known(&|entry| entry.name() == text).unwrap_or_else(|| T::other(text.clone()))),
        Value::Number(found) if found.is_i64() => {
            let entry = known(&|entry| entry.number() == found.as_i64()).unwrap_or_else(|| T::other(found.to_string()));
            reader.warn(Noticed::Numbered, found.to_string(), entry.name());
            Ok(entry)
        }
        _ => Err(reader.refuse("not a name", "a name of the proto", value)),
    }
}

/// A name, or the number of one that is not known.
fn write(name: &str) -> Value {
    name.parse::<i64>().map_or_else(|_| name.into(), Value::from)
}
