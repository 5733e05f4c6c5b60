//! What the values of Istio's annotations must be like.

use std::net::IpAddr;

use super::proxy_config;
use crate::analyze::values::quantity;

/// What is wrong with the value of an annotation, if its values are checked at all.
pub(in crate::analyze) fn problem(name: &str, value: &str) -> Option<String> {
    let (holds, expected) = match name {
        "sidecar.istio.io/interceptionMode" => {
            (matches!(value, "REDIRECT" | "TPROXY" | "NONE"), "REDIRECT, TPROXY or NONE")
        }
        "status.sidecar.istio.io/port" => (is_port(value), "a port"),
        "readiness.status.sidecar.istio.io/failureThreshold"
        | "readiness.status.sidecar.istio.io/initialDelaySeconds"
        | "readiness.status.sidecar.istio.io/periodSeconds" => {
            (is_digits(value) && value.parse::<u32>().is_ok(), "a whole number that is not negative")
        }
        "traffic.sidecar.istio.io/includeOutboundIPRanges" => {
            (value == "*" || are_ranges(value), "a list of address ranges, or \"*\"")
        }
        "traffic.sidecar.istio.io/excludeOutboundIPRanges" => (are_ranges(value), "a list of address ranges"),
        "traffic.sidecar.istio.io/includeInboundPorts" => {
            (value == "*" || are_ports(value), "a list of ports, or \"*\"")
        }
        "traffic.sidecar.istio.io/excludeInboundPorts" | "traffic.sidecar.istio.io/excludeOutboundPorts" => {
            (are_ports(value), "a list of ports")
        }
        "istio.io/reroute-virtual-interfaces"
        | "traffic.sidecar.istio.io/excludeInterfaces"
        | "traffic.sidecar.istio.io/kubevirtInterfaces" => (are_interfaces(value), "a list of network interfaces"),
        "prometheus.istio.io/merge-metrics" => (is_bool(value), "\"true\" or \"false\""),
        "sidecar.istio.io/proxyCPU"
        | "sidecar.istio.io/proxyCPULimit"
        | "sidecar.istio.io/proxyMemory"
        | "sidecar.istio.io/proxyMemoryLimit" => {
            (quantity::amount(value).is_some(), "a quantity such as \"100m\" or \"128Mi\"")
        }
        "proxy.istio.io/config" => return proxy_config::problem(value),
        _ => return None,
    };
    (!holds).then(|| format!("{value:?} is not {expected}"))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_port(text: &str) -> bool {
    let text = text.trim();
    is_digits(text) && text.parse::<u16>().is_ok()
}

fn are_ports(text: &str) -> bool {
    text.trim().is_empty() || text.split(',').all(is_port)
}

fn are_ranges(text: &str) -> bool {
    text.is_empty() || text.split(',').all(is_range)
}

/// An address and how many of its bits count, such as `10.0.0.0/8`.
fn is_range(text: &str) -> bool {
    let Some((address, bits)) = text.rsplit_once('/') else { return false };
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let plain = is_digits(bits) && (bits.len() == 1 || !bits.starts_with('0'));
    plain && bits.parse::<u8>().is_ok_and(|bits| bits <= if address.is_ipv4() { 32 } else { 128 })
}

fn are_interfaces(text: &str) -> bool {
    let is_interface = |name: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        // Linux has no longer ones.
        name.len() <= 15 && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(allowed)
    };
    text.is_empty() || text.split(',').all(|name| is_interface(name.trim()))
}

fn is_bool(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "TRUE" | "true" | "True" | "0" | "f" | "F" | "FALSE" | "false" | "False")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_istio_reads_them() {
        let good = [
            ("sidecar.istio.io/interceptionMode", "NONE"),
            ("status.sidecar.istio.io/port", " 15020 "),
            ("traffic.sidecar.istio.io/includeOutboundIPRanges", "10.0.0.0/8,fd00::/8"),
            ("traffic.sidecar.istio.io/excludeInboundPorts", ""),
            ("traffic.sidecar.istio.io/includeInboundPorts", "*"),
            ("traffic.sidecar.istio.io/excludeInterfaces", "eth0, veth-1"),
            ("sidecar.istio.io/proxyCPU", "0.5"),
            ("sidecar.istio.io/proxyMemory", "1e9"),
            ("sidecar.istio.io/proxyMemoryLimit", "1E"),
            ("sidecar.istio.io/logLevel", "any"),
        ];
        for (name, value) in good {
            assert_eq!(problem(name, value), None, "{name}: {value}");
        }
        let bad = [
            ("sidecar.istio.io/interceptionMode", "redirect"),
            ("status.sidecar.istio.io/port", "+80"),
            ("readiness.status.sidecar.istio.io/periodSeconds", " 1"),
            ("traffic.sidecar.istio.io/excludeOutboundIPRanges", "*"),
            ("traffic.sidecar.istio.io/excludeOutboundIPRanges", "10.0.0.0/8, 10.1.0.0/16"),
            ("traffic.sidecar.istio.io/includeOutboundIPRanges", "10.0.0.0/08"),
            ("traffic.sidecar.istio.io/excludeOutboundPorts", "80,"),
            ("traffic.sidecar.istio.io/excludeInterfaces", "a-name-that-is-too-long"),
            ("prometheus.istio.io/merge-metrics", "yes"),
            ("sidecar.istio.io/proxyCPU", "1e"),
            ("sidecar.istio.io/proxyMemory", "128MB"),
            ("sidecar.istio.io/proxyMemory", ""),
        ];
        for (name, value) in bad {
            assert!(problem(name, value).is_some(), "{name}: {value}");
        }
    }
}
