//! Where a load goes.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use meshery_core::network::{Family, Network};
use meshery_core::{Error, ErrorKind, Result};

/// A URL scheme that a protocol speaks.
///
/// ```
/// use meshery_perf::target::Scheme;
///
/// assert!(!Scheme::plain("http", Some(80)).tls && Scheme::secure("https", Some(443)).tls);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// What stands before `://`.
    pub name: &'static str,
    /// The port when the URL names none; `None`: it must name one.
    pub port: Option<u16>,
    /// Whether it is spoken inside TLS.
    pub tls: bool,
}

impl Scheme {
    /// A scheme without TLS.
    pub const fn plain(name: &'static str, port: Option<u16>) -> Self {
        Self { name, port, tls: false }
    }

    /// A scheme inside TLS.
    pub const fn secure(name: &'static str, port: Option<u16>) -> Self {
        Self { name, port, tls: true }
    }
}

/// A target: scheme, authority and path of a URL, and the address it resolves to.
///
/// ```
/// use meshery_perf::target::{Scheme, Target};
///
/// let http = Scheme::plain("http", Some(80));
/// let target = Target::parse("http://127.0.0.1:8080/health", &[http]).unwrap();
/// assert_eq!((target.authority.as_str(), target.path.as_str()), ("127.0.0.1:8080", "/health"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// For example `http`.
    pub scheme: Scheme,
    /// `HOST:PORT` as written, without user information.
    pub authority: String,
    /// The path and query, at least `/`.
    pub path: String,
}

impl Target {
    /// Reads a URL with one of these schemes.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) at `target` for anything but `SCHEME://HOST[:PORT][/PATH]`.
    pub fn parse(url: &str, schemes: &[Scheme]) -> Result<Self> {
        let refuse = |message: &str| {
            let examples: Vec<_> =
                schemes.iter().map(|scheme| format!("{}://127.0.0.1:8080/path", scheme.name)).collect();
            Error::invalid("target", message).expected(format!("a URL such as {}", examples.join(" or "))).found(url)
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| refuse("not a URL"))?;
        let known = |known: &&Scheme| known.name.eq_ignore_ascii_case(scheme);
        let scheme = *schemes.iter().find(known).ok_or_else(|| refuse("a scheme that this protocol does not speak"))?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.is_empty() {
            return Err(refuse("no host"));
        }
        if authority.contains('@') {
            return Err(refuse("user information in the URL; use a header instead"));
        }
        let path = path.split('#').next().unwrap_or_default();
        if !path.bytes().chain(authority.bytes()).all(|byte| byte.is_ascii_graphic()) {
            return Err(refuse("characters that must be percent-encoded"));
        }
        let path = if path.starts_with('/') { path.into() } else { format!("/{path}") };
        if scheme.port.is_none() && !names_port(authority) {
            return Err(refuse("no port"));
        }
        Ok(Self { scheme, authority: authority.into(), path })
    }

    /// The host, as TLS names it: without the port, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        let host = match self.authority.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => host,
            _ => &self.authority,
        };
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Where connections go: every address of the host, or of those that [`Network::connect_to`] names in its place.
    ///
    /// # Errors
    /// [`Unreachable`](ErrorKind::Unreachable) when a name has no address of the asked family;
    /// [`InvalidInput`](ErrorKind::InvalidInput) at `network.connect_to` for what is neither `HOST:PORT` nor `unix:PATH`.
    pub fn resolve(&self, network: &Network) -> Result<Vec<Address>> {
        let mut addresses = Vec::new();
        for (index, other) in network.connect_to.iter().enumerate() {
            match other.strip_prefix("unix:") {
                Some(path) => addresses.push(Address::Unix(path.into())),
                None if names_port(other) => addresses.extend(look_up(other, network.family)?),
                None => {
                    let error = Error::invalid(format!("network.connect_to[{index}]"), "not an address");
                    return Err(error.expected("HOST:PORT or unix:PATH").found(other));
                }
            }
        }
        if !addresses.is_empty() {
            return Ok(addresses);
        }
        match self.scheme.port {
            Some(port) if !names_port(&self.authority) => {
                look_up(&format!("{}:{port}", self.authority), network.family)
            }
            _ => look_up(&self.authority, network.family),
        }
    }
}

/// The addresses of a host and port; at least one.
fn look_up(with_port: &str, family: Family) -> Result<Vec<Address>> {
    let refuse = |why: String| Error::new(ErrorKind::Unreachable, "the host does not resolve").at(with_port).found(why);
    let all = with_port.to_socket_addrs().map_err(|error| refuse(error.to_string()))?;
    let wanted = |address: &SocketAddr| match family {
        Family::Ipv4 => address.is_ipv4(),
        Family::Ipv6 => address.is_ipv6(),
        _ => true,
    };
    let addresses: Vec<_> = all.filter(wanted).map(Address::Ip).collect();
    if addresses.is_empty() { Err(refuse("no address of the asked family".into())) } else { Ok(addresses) }
}

/// Where a connection goes.
///
/// ```
/// use meshery_perf::target::Address;
///
/// assert_eq!(Address::Unix("/run/app.sock".into()).to_string(), "unix:/run/app.sock");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An IP address and port.
    Ip(SocketAddr),
    /// The path of a Unix socket.
    Unix(PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

fn names_port(authority: &str) -> bool {
    authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTTP: &[Scheme] = &[Scheme::plain("http", Some(80))];
    const RAW: &[Scheme] = &[Scheme::plain("raw", None)];

    #[test]
    fn urls_split_where_they_should() {
        for (url, authority, path) in [
            ("http://a", "a", "/"),
            ("http://a:81/b?c=d#e", "a:81", "/b?c=d"),
            ("http://[::1]:8080?q", "[::1]:8080", "/?q"),
        ] {
            let target = Target::parse(url, HTTP).unwrap();
            assert_eq!((target.authority.as_str(), target.path.as_str()), (authority, path), "{url}");
        }
        for url in ["", "a:80", "ftp://a/", "http:///x", "http://u:p@a/", "http://a/ b", "http://a/\r\nx: y"] {
            assert_eq!(Target::parse(url, HTTP).unwrap_err().report().place.as_deref(), Some("target"), "{url:?}");
        }
    }

    fn addresses(url: &str, schemes: &[Scheme], network: &Network) -> String {
        let addresses = Target::parse(url, schemes).unwrap().resolve(network).unwrap();
        addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_default_port_is_the_schemes() {
        for (url, address) in
            [("http://127.0.0.1/", "127.0.0.1:80"), ("http://[::1]/", "[::1]:80"), ("http://[::1]:81/", "[::1]:81")]
        {
            assert_eq!(addresses(url, HTTP, &Network::default()), address);
        }
    }

    #[test]
    fn connections_may_go_elsewhere() {
        let to = |to: &str| Network { connect_to: vec![to.into()], ..Network::default() };
        assert_eq!(addresses("http://shop.example/", HTTP, &to("127.0.0.1:15001")), "127.0.0.1:15001");
        assert_eq!(addresses("http://shop.example/", HTTP, &to("unix:/run/a.sock")), "unix:/run/a.sock");
        let error = Target::parse("http://a/", HTTP).unwrap().resolve(&to("127.0.0.1")).unwrap_err();
        assert_eq!(error.report().place.as_deref(), Some("network.connect_to[0]"));
    }

    #[test]
    fn a_family_may_be_asked_for() {
        let only = |family| Network { family, ..Network::default() };
        assert_eq!(addresses("http://127.0.0.1/", HTTP, &only(Family::Ipv4)), "127.0.0.1:80");
        let error = Target::parse("http://127.0.0.1/", HTTP).unwrap().resolve(&only(Family::Ipv6)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable);
    }

    #[test]
    fn a_host_is_named_without_its_port() {
        for (url, host) in
            [("http://a", "a"), ("http://a:81/", "a"), ("http://[::1]:81/", "::1"), ("http://[::1]/", "::1")]
        {
            assert_eq!(Target::parse(url, HTTP).unwrap().host(), host);
        }
    }

    #[test]
    fn schemes_are_the_protocols_own() {
        assert_eq!(addresses("raw://127.0.0.1:7", RAW, &Network::default()), "127.0.0.1:7");
        assert_eq!(Target::parse("HTTP://a", HTTP).unwrap().scheme.name, "http");
        for url in ["raw://127.0.0.1", "raw://[::1]/", "http://127.0.0.1:7"] {
            assert_eq!(Target::parse(url, RAW).unwrap_err().report().place.as_deref(), Some("target"), "{url}");
        }
    }
}
