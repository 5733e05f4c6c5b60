//! Names of hosts, and of what else is named like a part of one.

/// How long a label of a domain name may be.
const LONGEST_LABEL: usize = 63;
/// How long a domain name may be.
const LONGEST_NAME: usize = 255;

/// Whether it is a label of a domain name, as Istio takes them: letters, digits and inner hyphens.
pub(super) fn is_label(text: &str) -> bool {
    let is_edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let bytes = || text.bytes();
    text.len() <= LONGEST_LABEL
        && is_edge(bytes().next())
        && is_edge(bytes().next_back())
        && bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether it is a label that may begin with a wildcard: `*`, `*-a`, `*a`.
fn is_wildcard_label(text: &str) -> bool {
    let rest = text.strip_prefix('*');
    let rest = rest.map_or(text, |rest| rest.strip_prefix('-').unwrap_or(rest));
    text.len() <= LONGEST_LABEL && (text == "*" || is_label(rest))
}

fn of_length(name: &str) -> Result<(), String> {
    match name.len() {
        0 => Err("a host has no name".into()),
        1..=LONGEST_NAME => Ok(()),
        length => Err(format!("a host's name has {length} bytes, more than {LONGEST_NAME}")),
    }
}

fn labels(name: &str, whole: &str) -> Result<(), String> {
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.parse::<i64>().is_ok() {
        return Err(format!("{whole:?} is no domain name: it ends with a number"));
    }
    // A name may end with a dot.
    let named = name.strip_suffix('.').unwrap_or(name);
    match named.split('.').find(|label| !is_label(label)) {
        Some(_) if name.is_empty() => Ok(()),
        Some(label) => Err(format!("{whole:?} is no domain name: {label:?} is no label of one")),
        None => Ok(()),
    }
}

/// Whether it is a domain name.
pub(super) fn domain(name: &str) -> Result<(), String> {
    of_length(name)?;
    labels(name, name)
}

/// Whether it is a domain name, of which the first label may be or begin with a wildcard.
pub(super) fn wildcard(name: &str) -> Result<(), String> {
    of_length(name)?;
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    if !is_wildcard_label(first) {
        return Err(format!("{name:?} is no domain name: {first:?} is no label of one"));
    }
    rest.map_or(Ok(()), |rest| labels(rest, name))
}

/// Whether a wildcard stands for a part of a label only.
pub(super) fn is_partial(name: &str) -> bool {
    name.contains('*') && name.len() != 1 && !name.starts_with("*.")
}

/// The name of a host for a VirtualService of gateways, which may be one that Istio makes up for a server name.
pub(super) fn of_gateway(name: &str, sni: bool) -> Result<(), String> {
    if !(sni && name.starts_with("outbound_")) {
        return wildcard(name);
    }
    of_length(name)?;
    let parts: Vec<&str> = name.split('_').collect();
    let [_, port, _, host, ..] = parts.as_slice() else {
        return Err(format!("{name:?} is no name of the form outbound_.PORT_._.HOST"));
    };
    let is_port = port.contains(|c: char| c.is_ascii_digit());
    let is_host = host.contains(|c: char| c.is_ascii_alphabetic());
    if is_port && is_host { Ok(()) } else { Err(format!("{name:?} is no name of the form outbound_.PORT_._.HOST")) }
}

/// Whether it is a trust domain.
pub(super) fn trust_domain(name: &str) -> bool {
    let named = name.strip_suffix('.').filter(|rest| !rest.is_empty()).unwrap_or(name);
    !name.is_empty() && named.split('.').all(is_label)
}

/// Whether every name that the first one stands for is one that the second one stands for.
pub(super) fn is_within(name: &str, of: &str) -> bool {
    match (name.strip_prefix('*'), of.strip_prefix('*')) {
        (Some(name), Some(of)) => name.len() >= of.len() && name.ends_with(of),
        (Some(_), None) => false,
        (None, Some(of)) => name.ends_with(of),
        (None, None) => name == of,
    }
}

/// Where a host stands for others: `namespace/host`, each part of which may be a wildcard.
pub(super) fn scoped(text: &str, gateway: bool) -> Result<(), String> {
    let Some((namespace, host)) = text.split_once('/') else {
        if gateway {
            return scoped_host(text, true);
        }
        return Err(format!("the host {text:?} names no namespace"));
    };
    if namespace.is_empty() || host.is_empty() {
        return Err(format!("the host {text:?} lacks its namespace or its name"));
    }
    let bare = if gateway { namespace } else { namespace.strip_prefix('~').unwrap_or(namespace) };
    let is_any = bare == "*" || bare == "." || (!gateway && bare.is_empty());
    if !is_any && !is_label(bare) {
        return Err(format!("the host {text:?} names {namespace:?}, which is no namespace"));
    }
    scoped_host(host, gateway)
}

fn scoped_host(host: &str, gateway: bool) -> Result<(), String> {
    if host != "*" && !host.contains('.') {
        return match wildcard(host) {
            // An address of version 6 has no dots, and is refused as well.
            Ok(()) => Err(format!("the host {host:?} is a short name, which is not told apart between namespaces")),
            Err(problem) => Err(problem),
        };
    }
    match wildcard(host) {
        Err(problem) if !gateway || host.parse::<std::net::IpAddr>().is_err() => Err(problem),
        _ if is_partial(host) => Err(format!("the host {host:?} has a wildcard for a part of a label")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_names_are_told_from_others() {
        for name in ["a", "a.b", "a.b.", "A-1.b", "1.a"] {
            assert!(domain(name).is_ok(), "{name}");
        }
        for name in ["", "a_b", "-a", "a..b", "*.a", "10.0.0.1", "a.1", ".", &"a".repeat(64)] {
            assert!(domain(name).is_err(), "{name}");
        }
        for name in ["*", "*.a", "*-b.a", "*b.a", "a", "a.b."] {
            assert!(wildcard(name).is_ok(), "{name}");
        }
        for name in ["a.*", "**.a", "*-", "a*.b", "*.1"] {
            assert!(wildcard(name).is_err(), "{name}");
        }
    }

    #[test]
    fn hosts_within_others() {
        assert!(is_within("a.b", "*.b") && is_within("*.a.b", "*.b") && is_within("a", "a") && is_within("a", "*"));
        assert!(!is_within("*.b", "*.a.b") && !is_within("*.b", "a.b") && !is_within("b", "*.b"));
    }

    #[test]
    fn hosts_with_a_namespace() {
        for text in ["a.b", "*", "ns/a.b", "*/*", "./*.b", "10.0.0.1", "~x/a.b"] {
            assert_eq!(scoped(text, true).is_ok(), text != "~x/a.b", "{text}");
        }
        for text in ["*/*", "./a.b", "~/*", "~x/a.b", "ns/*.b"] {
            assert!(scoped(text, false).is_ok(), "{text}");
        }
        for text in ["a.b", "*", "ns/a", "/a.b", "a_b/c.d", "ns/*b.c", "ns/10.0.0.1"] {
            assert!(scoped(text, false).is_err(), "{text}");
        }
    }

    #[test]
    fn names_that_istio_makes_up() {
        assert!(of_gateway("outbound_.80_._.a.b", true).is_ok() && of_gateway("outbound_.80_._.a.b", false).is_err());
        assert!(of_gateway("outbound_.x_._.a", true).is_err() && of_gateway("outbound_a", true).is_err());
    }
}
