//! Where a load goes.

use std::net::{SocketAddr, ToSocketAddrs};

use meshery_core::{Error, ErrorKind, Result};

/// A target: scheme, authority and path of a URL, and the address it resolves to.
///
/// ```
/// let target = meshery_perf::target::Target::parse("http://127.0.0.1:8080/health").unwrap();
/// assert_eq!((target.authority.as_str(), target.path.as_str()), ("127.0.0.1:8080", "/health"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// For example `http`.
    pub scheme: String,
    /// `HOST:PORT` as written, without user information.
    pub authority: String,
    /// The path and query, at least `/`.
    pub path: String,
}

impl Target {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) at `target` for anything but `http://HOST[:PORT][/PATH]`.
    pub fn parse(url: &str) -> Result<Self> {
        let refuse = |message: &str| {
            Error::invalid("target", message).expected("a URL such as http://127.0.0.1:8080/path").found(url)
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| refuse("not a URL"))?;
        if scheme != "http" {
            return Err(refuse("unknown scheme"));
        }
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
        Ok(Self { scheme: scheme.into(), authority: authority.into(), path })
    }

    /// The first address of the host.
    ///
    /// # Errors
    /// [`Unreachable`](ErrorKind::Unreachable) when the name does not resolve.
    pub fn resolve(&self) -> Result<SocketAddr> {
        let bare = self.authority.rsplit(':').next().is_none_or(|port| port.parse::<u16>().is_err());
        let with_port = if bare { format!("{}:80", self.authority) } else { self.authority.clone() };
        let refuse = |why: String| {
            Error::new(ErrorKind::Unreachable, "the host does not resolve").at(&self.authority).found(why)
        };
        let mut addresses = with_port.to_socket_addrs().map_err(|error| refuse(error.to_string()))?;
        addresses.next().ok_or_else(|| refuse("no address".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_split_where_they_should() {
        for (url, authority, path) in [
            ("http://a", "a", "/"),
            ("http://a:81/b?c=d#e", "a:81", "/b?c=d"),
            ("http://[::1]:8080?q", "[::1]:8080", "/?q"),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!((target.authority.as_str(), target.path.as_str()), (authority, path), "{url}");
        }
        for url in ["", "a:80", "ftp://a/", "http:///x", "http://u:p@a/", "http://a/ b", "http://a/\r\nx: y"] {
            assert_eq!(Target::parse(url).unwrap_err().report().place.as_deref(), Some("target"), "{url:?}");
        }
    }

    #[test]
    fn the_default_port_is_80() {
        assert_eq!(Target::parse("http://127.0.0.1/").unwrap().resolve().unwrap().port(), 80);
        assert_eq!(Target::parse("http://[::1]/").unwrap().resolve().unwrap().port(), 80);
        assert_eq!(Target::parse("http://[::1]:81/").unwrap().resolve().unwrap().port(), 81);
    }
}
