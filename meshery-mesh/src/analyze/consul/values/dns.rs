//! Names in DNS, as lenient as resolvers are.

/// Whether it can be a name in DNS: labels of at most 63 bytes with dots between, 254 bytes in all, perhaps a dot at the
/// end. Which characters the labels have does not matter to DNS.
pub(in crate::analyze) fn is_domain(name: &str) -> bool {
    if name == "." {
        return true;
    }
    let labels = name.strip_suffix('.').unwrap_or(name);
    labels.len() < 255 && labels.split('.').all(|label| (1..=63).contains(&label.len()))
}

/// Whether it is the name of a host: labels of letters, digits and, within, hyphens; no address.
pub(in crate::analyze) fn is_host(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| {
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.parse::<std::net::IpAddr>().is_err() && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::{is_domain, is_host};

    #[test]
    fn names_in_dns() {
        let long = "a".repeat(64);
        assert!([".", "example.com", "example.com.", "_sip._tcp", "a b"].iter().all(|name| is_domain(name)));
        assert!(["", "..", ".com", "a..b", &long].iter().all(|name| !is_domain(name)));
        assert!(["example.com", "a-1.b.", "1"].iter().all(|name| is_host(name)));
        assert!(["", "10.0.0.1", "::1", "-a.b", "a_b", &long].iter().all(|name| !is_host(name)));
    }
}
