//! The address of an upstream, `HOST:PORT`.

use std::net::SocketAddr;

use meshery_core::{Error, Result};

pub(super) struct Address {
    /// A name or an IP address, the latter without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// Whether `host` is a name that has to be looked up.
    pub(super) is_name: bool,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let parsed = match text.parse::<SocketAddr>() {
            Ok(address) => Some((address.ip().to_string(), address.port(), false)),
            Err(_) => name_and_port(text).map(|(name, port)| (name, port, true)),
        };
        match parsed {
            Some((host, port, is_name)) if port != 0 => Ok(Self { host, port, is_name }),
            _ => Err(Error::invalid("upstream", "not an address")
                .expected("HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080")
                .found(format!("{text:?}"))),
        }
    }
}

fn name_and_port(text: &str) -> Option<(String, u16)> {
    let (name, port) = text.rsplit_once(':')?;
    let well_formed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    // All digits and dots would be a mistyped IP address, not a name.
    let plausible = name.chars().all(well_formed) && name.chars().any(|c| c.is_ascii_alphabetic());
    plausible.then_some(()).and(port.parse().ok()).map(|port| (name.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_addresses_are_told_apart() {
        for (text, host, port, is_name) in [
            ("127.0.0.1:80", "127.0.0.1", 80, false),
            ("[::1]:8080", "::1", 8080, false),
            ("localhost:9", "localhost", 9, true),
            ("shop-api.test:443", "shop-api.test", 443, true),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.host.as_str(), address.port, address.is_name), (host, port, is_name), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused_at_its_place() {
        for text in
            ["", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "300.0.0.1:80", "http://x:80", "a b:80", "x:66000"]
        {
            let error = Address::parse(text).err().unwrap_or_else(|| panic!("{text:?} must be refused"));
            assert_eq!(error.report().place.as_deref(), Some("upstream"), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "\\PC*") {
            let _ = Address::parse(&text);
        }
    }
}
