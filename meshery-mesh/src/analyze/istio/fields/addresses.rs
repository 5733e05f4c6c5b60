//! Addresses of machines, ranges of them, sockets, and hosts with a port.

use std::net::{IpAddr, Ipv6Addr};

use super::names::domain;

/// How the address of a socket in the file system begins.
pub(super) const UNIX: &str = "unix://";

/// Whether it is an address of a machine, which may name the zone that it holds in.
pub(super) fn is_ip(text: &str) -> bool {
    match text.split_once('%') {
        Some((address, zone)) => !zone.is_empty() && address.parse::<Ipv6Addr>().is_ok(),
        None => text.parse::<IpAddr>().is_ok(),
    }
}

/// Whether it is a range of addresses: `10.0.0.0/8`.
pub(super) fn is_range(text: &str) -> bool {
    let Some((address, bits)) = text.rsplit_once('/') else { return false };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    let is_plain = bits == "0" || !bits.starts_with('0');
    is_plain && bits.bytes().all(|byte| byte.is_ascii_digit()) && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

/// Whether it is an address or a range of them.
pub(super) fn is_subnet(text: &str) -> bool {
    if text.contains('/') { is_range(text) } else { is_ip(text) }
}

/// Whether it is a path to a socket, or the name of one that begins with `@`.
pub(super) fn is_socket(path: &str) -> bool {
    path.starts_with('@') || (path.starts_with('/') && !path.ends_with('/'))
}

/// A host and a port, as `a:80` or `[::1]:80`.
pub(super) fn with_port(text: &str) -> Option<(&str, &str)> {
    let (host, port) = text.rsplit_once(':')?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match bare {
        Some(bare) if !bare.contains(['[', ']']) => Some((bare, port)),
        None if !host.contains([':', '[', ']']) && !port.contains(['[', ']']) => Some((host, port)),
        _ => None,
    }
}

/// What is wrong with the address of a server, which is a host and a port.
pub(super) fn server(text: &str) -> Result<(), String> {
    let Some((host, port)) = with_port(text) else { return Err(format!("{text:?} is no host with a port")) };
    if !port.parse::<i64>().is_ok_and(|port| (1..=65_535).contains(&port)) {
        return Err(format!("{text:?} names no port between 1 and 65535"));
    }
    if is_ip(host) { Ok(()) } else { domain(host).map_err(|_| format!("{host:?} is neither a host nor an address")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_ranges() {
        assert!(is_ip("10.0.0.1") && is_ip("::1") && is_ip("fe80::1%eth0") && !is_ip("10.0.0.01") && !is_ip("a"));
        for text in ["10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0", "10.1.2.3/16"] {
            assert!(is_range(text), "{text}");
        }
        for text in ["10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/", "10.0.0.0/+8", "a/8", "10.0.0.0/8/8", "10.0.0.1"] {
            assert!(!is_range(text), "{text}");
        }
    }

    #[test]
    fn servers_have_a_port() {
        for text in ["a:80", "[::1]:80", "10.0.0.1:80", "a.b:1"] {
            assert!(server(text).is_ok(), "{text}");
        }
        for text in ["a", "a:b", "a:0", "a:65536", "::1:80:", "a_b:80", ":80"] {
            assert!(server(text).is_err(), "{text}");
        }
    }
}
