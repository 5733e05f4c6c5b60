//! IP addresses, ranges of them, URLs and files.

use std::net::{IpAddr, Ipv6Addr};

use super::dns;

/// Whether a text is an IP address.
pub(in crate::analyze) fn is_ip(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// The address and the length of a range such as `10.0.0.0/8`, with the bits beyond the length cleared.
pub(in crate::analyze) fn range(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/')?;
    let is_plain = !bits.is_empty() && bits.len() <= 3 && bits.bytes().all(|byte| byte.is_ascii_digit());
    let bits: u8 = is_plain.then(|| bits.parse().ok())??;
    Some(match address.parse().ok()? {
        IpAddr::V4(address) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            (IpAddr::V4((u32::from(address) & mask).into()), bits)
        }
        IpAddr::V6(address) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            (IpAddr::V6((u128::from(address) & mask).into()), bits)
        }
        _ => return None,
    })
}

/// Whether a text is a host, as an IP address or a name.
pub(in crate::analyze) fn is_host(text: &str) -> bool {
    is_ip(text) || dns::is_name(text)
}

/// The host and the port of an address such as `example.com:80`; IPv6 addresses stand in brackets.
pub(in crate::analyze) fn host_and_port(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        return Some((host, rest.strip_prefix(':')?));
    }
    let (host, port) = text.rsplit_once(':')?;
    (!host.contains(':')).then_some((host, port))
}

/// Whether a text is a port from 1 to 65535.
pub(in crate::analyze) fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// A URL cut into its parts.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::analyze) struct Url<'a> {
    /// What stands before `://`; empty where there is none.
    pub(in crate::analyze) scheme: &'a str,
    /// What stands before `@`.
    pub(in crate::analyze) user: Option<&'a str>,
    pub(in crate::analyze) host: &'a str,
    pub(in crate::analyze) port: Option<&'a str>,
    /// What follows the host, up to a question mark or a hash.
    pub(in crate::analyze) path: &'a str,
    /// What follows the question mark or the hash, with it.
    pub(in crate::analyze) rest: &'a str,
}

/// The parts of a URL or of an address without a scheme; `None` for what is neither.
pub(in crate::analyze) fn url(text: &str) -> Option<Url<'_>> {
    if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let is_scheme = scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let (authority, rest) = rest.split_at_checked(rest.find(['/', '?', '#']).unwrap_or(rest.len()))?;
    let (path, rest) = rest.split_at_checked(rest.find(['?', '#']).unwrap_or(rest.len()))?;
    let (user, authority) = match authority.rsplit_once('@') {
        Some((user, authority)) => (Some(user), authority),
        None => (None, authority),
    };
    let (host, port, is_bracketed) = if let Some(inner) = authority.strip_prefix('[') {
        let (host, port) = inner.split_once(']')?;
        (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) }, true)
    } else {
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        (host, port, false)
    };
    let is_good = if is_bracketed { host.parse::<Ipv6Addr>().is_ok() } else { is_host(host) };
    let is_number = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    (is_scheme && is_good && port.is_none_or(is_number)).then_some(Url { scheme, user, host, port, path, rest })
}

/// Whether a text is a URL, or an address that can be none but one: with a port, or a name of several parts.
pub(in crate::analyze) fn is_url(text: &str) -> bool {
    let known = ["", "http", "https", "ftp", "tcp", "udp", "ws", "wss"];
    let is_address = |url: &Url<'_>| !url.scheme.is_empty() || url.port.is_some() || url.host.contains(['.', ':']);
    let is_sound = |url: &Url<'_>| url.port.is_none_or(|port| (1..=5).contains(&port.len()));
    url(text).is_some_and(|url| known.contains(&url.scheme) && is_address(&url) && is_sound(&url))
}

/// Whether a text is an absolute path of a file, on Unix or on Windows.
pub(in crate::analyze) fn is_file(text: &str) -> bool {
    let mut chars = text.chars();
    let is_drive = chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.as_str().starts_with(":\\");
    (text.starts_with('/') && !text.contains('\0')) || is_drive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        assert_eq!(
            range("10.1.2.3/8").map(|(address, bits)| format!("{address}/{bits}")).as_deref(),
            Some("10.0.0.0/8")
        );
        assert_eq!(range("1.2.3.4/0").map(|(address, _)| address.to_string()).as_deref(), Some("0.0.0.0"));
        assert!(range("fd00::/64").is_some() && range("::/0").is_some());
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "::/129", "1.2.3.4/", "1.2.3.4/+8"] {
            assert_eq!(range(text), None, "{text}");
        }
    }

    #[test]
    fn urls() {
        let parts = url("http://user@jaeger:9411/api/v2?x#y")
            .map(|it| (it.scheme, it.user, it.host, it.port, it.path, it.rest));
        assert_eq!(parts, Some(("http", Some("user"), "jaeger", Some("9411"), "/api/v2", "?x#y")));
        assert!(url("127.0.0.1:5000").is_some() && url("[::1]:80").is_some() && url("http://[::1]").is_some());
        for text in ["", "not_valid_url!", "http://", "http:// a", "a b", "http://a:b", "::1", "ht!tp://a"] {
            assert_eq!(url(text), None, "{text}");
        }
        assert!(
            is_url("http://jaeger")
                && is_url("jaeger:9411")
                && is_url("a.b")
                && !is_url("jaeger")
                && !is_url("file://a")
        );
        assert_eq!(host_and_port("[::1]:80"), Some(("::1", "80")));
        assert_eq!(host_and_port("::1:80"), None);
        assert!(is_port("65535") && !is_port("0") && !is_port("65536") && !is_port("+1") && !is_port(""));
        assert!(is_file("/dev/stdout") && is_file("C:\\log") && !is_file("log") && !is_file(""));
    }
}
