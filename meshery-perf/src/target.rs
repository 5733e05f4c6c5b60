//! Where a load goes.

use std::net::{SocketAddr, ToSocketAddrs};

use meshery_core::{Error, ErrorKind, Result};

/// A URL scheme that a protocol speaks.
///
/// ```
/// let scheme = meshery_perf::target::Scheme { name: "http", port: Some(80) };
/// assert_eq!(scheme.name, "http");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// What stands before `://`.
    pub name: &'static str,
    /// The port when the URL names none; `None`: it must name one.
    pub port: Option<u16>,
}

/// A target: scheme, authority and path of a URL, and the address it resolves to.
///
/// ```
/// use meshery_perf::target::{Scheme, Target};
///
/// let http = Scheme { name: "http", port: Some(80) };
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

    /// The first address of the host.
    ///
    /// # Errors
    /// [`Unreachable`](ErrorKind::Unreachable) when the name does not resolve.
    pub fn resolve(&self) -> Result<SocketAddr> {
        let with_port = match self.scheme.port {
            Some(port) if !names_port(&self.authority) => format!("{}:{port}", self.authority),
            _ => self.authority.clone(),
        };
        let refuse = |why: String| {
            Error::new(ErrorKind::Unreachable, "the host does not resolve").at(&self.authority).found(why)
        };
        let mut addresses = with_port.to_socket_addrs().map_err(|error| refuse(error.to_string()))?;
        addresses.next().ok_or_else(|| refuse("no address".into()))
    }
}

fn names_port(authority: &str) -> bool {
    authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTTP: &[Scheme] = &[Scheme { name: "http", port: Some(80) }];
    const RAW: &[Scheme] = &[Scheme { name: "raw", port: None }];

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

    #[test]
    fn the_default_port_is_80() {
        assert_eq!(Target::parse("http://127.0.0.1/", HTTP).unwrap().resolve().unwrap().port(), 80);
        assert_eq!(Target::parse("http://[::1]/", HTTP).unwrap().resolve().unwrap().port(), 80);
        assert_eq!(Target::parse("http://[::1]:81/", HTTP).unwrap().resolve().unwrap().port(), 81);
    }
    #[test]
    fn schemes_are_the_protocols_own() {
        assert_eq!(Target::parse("raw://127.0.0.1:7", RAW).unwrap().resolve().unwrap().port(), 7);
        assert_eq!(Target::parse("HTTP://a", HTTP).unwrap().scheme.name, "http");
        for url in ["raw://127.0.0.1", "raw://[::1]/", "http://127.0.0.1:7"] {
            assert_eq!(Target::parse(url, RAW).unwrap_err().report().place.as_deref(), Some("target"), "{url}");
        }
    }
}
