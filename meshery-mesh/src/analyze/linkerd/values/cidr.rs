//! Networks: an address and how many of its bits count.

use std::net::IpAddr;

/// A network. Bits behind its length do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) struct Cidr {
    address: IpAddr,
    /// How many bits count: up to 32 or 128.
    length: u8,
}

impl Cidr {
    /// A network in the form `address/length`.
    pub(in crate::analyze) fn network(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let plain = length.bytes().all(|byte| byte.is_ascii_digit()) && (length == "0" || !length.starts_with('0'));
        let length = length.parse().ok().filter(|length| plain && *length <= bits_of(address))?;
        Some(Self { address, length })
    }

    /// A network, or an address as a network of one.
    pub(in crate::analyze) fn network_or_address(text: &str) -> Option<Self> {
        Self::network(text).or_else(|| {
            let address: IpAddr = text.parse().ok()?;
            Some(Self { address, length: bits_of(address) })
        })
    }

    /// Whether all addresses of another network are in this one. The two families have nothing in common.
    pub(in crate::analyze) fn contains(&self, other: &Self) -> bool {
        if self.address.is_ipv4() != other.address.is_ipv4() || self.length > other.length {
            return false;
        }
        let behind = u32::from(bits_of(self.address) - self.length);
        number(self.address).checked_shr(behind) == number(other.address).checked_shr(behind)
    }

    /// Whether it is one of IPv6.
    pub(in crate::analyze) fn is_v6(&self) -> bool {
        self.address.is_ipv6()
    }
}

fn bits_of(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(outer: &str, inner: &str) -> bool {
        let read = |text| Cidr::network_or_address(text).unwrap();
        read(outer).contains(&read(inner))
    }

    #[test]
    fn networks_lie_in_each_other() {
        assert!(contains("10.1.0.0/16", "10.1.255.0/24") && contains("10.1.2.3/16", "10.1.0.1"));
        assert!(contains("0.0.0.0/0", "255.255.255.255") && contains("::/0", "fd00::1"));
        assert!(!contains("10.1.1.0/24", "10.1.0.0/16") && !contains("10.1.1.0/24", "10.1.2.0/24"));
        assert!(!contains("0.0.0.0/0", "::1") && !contains("::/0", "10.0.0.1"));
        assert!(contains("fd00::/8", "fdff::/16") && !contains("fd00::/8", "fe00::/16"));
    }

    #[test]
    fn what_is_no_network_is_none() {
        for text in
            ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0/8", "::/129", "a/8", "10.0.0.0/"]
        {
            assert_eq!(Cidr::network_or_address(text), None, "{text}");
        }
        assert!(Cidr::network("10.0.0.1").is_none() && Cidr::network_or_address("10.0.0.1").is_some());
    }
}
