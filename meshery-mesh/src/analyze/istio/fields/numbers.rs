//! Numbers, ports and durations.

use meshery_core::resource::Node;

use super::names::is_label;
use super::read::{given, number, text, whole};
use super::report::{Idea, Report};

/// What the protocols of ports are called, in small letters.
const PROTOCOLS: [&str; 12] =
    ["tcp", "udp", "grpc", "grpc-web", "http", "http_proxy", "http2", "https", "tls", "mongo", "redis", "mysql"];

/// What a port speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    /// HTTP in the clear, of any version.
    Http,
    /// TLS, with HTTP inside or not.
    Tls,
    /// Bytes.
    Bytes,
    /// Datagrams.
    Datagrams,
    /// Nothing that Istio knows.
    Unknown,
}

/// What a protocol is, however it is written.
pub(super) fn speech(protocol: &str) -> Speech {
    match protocol.to_lowercase().as_str() {
        "http" | "http2" | "http_proxy" | "grpc" | "grpc-web" => Speech::Http,
        "https" | "tls" => Speech::Tls,
        "tcp" | "mongo" | "redis" | "mysql" => Speech::Bytes,
        "udp" => Speech::Datagrams,
        _ => Speech::Unknown,
    }
}

/// Nanoseconds of a duration such as `1h30m` or `0.5s`; `None` for what is none.
pub(super) fn nanoseconds(text: &str) -> Option<i128> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut sum: i128 = 0;
    let mut first = true;
    while first || !rest.is_empty() {
        first = false;
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (amount, after) = rest.split_at_checked(end)?;
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(unit_end)?;
        let unit: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        sum = sum.checked_add(amount_in(amount, unit)?)?;
        rest = after;
    }
    Some(sign * sum)
}

fn amount_in(amount: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // What is less than a nanosecond is nothing.
    let fraction: String = fraction.chars().take(18).collect();
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let fraction: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    whole.checked_mul(unit)?.checked_add(fraction.checked_mul(unit)? / scale)
}

impl Report<'_> {
    /// A port is between 1 and 65535.
    pub(super) fn port(&mut self, port: &Node) {
        if whole(port).is_some_and(|number| !(1..=65_535).contains(&number)) {
            let number = whole(port).unwrap_or_default();
            self.say(Idea::Port, port, format!("{number} is no port"), "name a port between 1 and 65535");
        }
    }

    /// The port of a field, which must be there.
    pub(super) fn port_of(&mut self, node: &Node, key: &str) {
        match given(node, key) {
            Some(port) => self.port(port),
            None => self.say(Idea::Port, node, format!("{key} is missing"), "name a port between 1 and 65535"),
        }
    }

    /// The name of a port is a label.
    pub(super) fn port_name(&mut self, name: &str, place: &Node) {
        if !is_label(name) {
            let help = "use letters, digits and inner hyphens, at most 63";
            self.say(Idea::Port, place, format!("{name:?} is no name of a port"), help);
        }
    }

    /// The protocol of a port is one that Istio knows, if one is named.
    pub(super) fn protocol(&mut self, port: &Node) {
        if let Some((protocol, place)) = text(port, "protocol")
            && speech(protocol) == Speech::Unknown
        {
            let known = PROTOCOLS.map(str::to_uppercase).join(", ");
            self.say(
                Idea::Port,
                place,
                format!("{protocol:?} is no protocol of a port"),
                format!("it is one of {known}"),
            );
        }
    }

    /// A duration is a millisecond at least, and a whole number of them.
    pub(super) fn duration(&mut self, node: &Node, key: &str) {
        if let Some(place) = given(node, key) {
            self.duration_at(place);
        }
    }

    pub(super) fn duration_at(&mut self, place: &Node) {
        self.duration_in(place, Self::in_definition);
    }

    /// The same, with who says what a definition may say too.
    pub(super) fn duration_in(&mut self, place: &Node, say: impl Fn(&mut Self, Idea, &Node, String, &'static str)) {
        let Some(text) = place.as_str() else { return };
        let help = "write a duration such as 500ms, 10s or 1h";
        match nanoseconds(text) {
            None => say(self, Idea::Duration, place, format!("{text:?} is no duration"), help),
            Some(time) if time < 1_000_000 => {
                say(self, Idea::Duration, place, format!("{text} is less than a millisecond"), help);
            }
            Some(time) if time % 1_000_000 != 0 => {
                let message = format!("{text} is no whole number of milliseconds");
                self.say(Idea::Duration, place, message, help);
            }
            Some(_) => {}
        }
    }

    /// Something is a duration, whatever one.
    pub(super) fn any_duration(&mut self, node: &Node, key: &str) {
        if let Some((text, place)) = given(node, key).and_then(|place| Some((place.as_str()?, place)))
            && nanoseconds(text).is_none()
        {
            let help = "write a duration such as 500ms, 10s or 1h";
            self.say(Idea::Duration, place, format!("{text:?} is no duration"), help);
        }
    }

    /// What the rules of a definition say too, but not of the mesh's configuration, which has none.
    pub(super) fn in_definition(&mut self, idea: Idea, place: &Node, message: String, help: &str) {
        if self.object.group().is_empty() {
            self.say(idea, place, message, help);
        } else {
            self.stated(idea, place, message, help);
        }
    }

    /// None of these numbers is negative.
    pub(super) fn none_negative(&mut self, node: &Node, keys: &[&str]) {
        for key in keys {
            if let Some(place) = given(node, key)
                && whole(place).is_some_and(|number| number < 0)
            {
                self.say(Idea::Number, place, format!("{key} is negative"), "write zero or more");
            }
        }
    }

    /// A percentage is between 0 and 100.
    pub(super) fn percent(&mut self, place: Option<&Node>) {
        if let Some(place) = place
            && number(place).is_some_and(|number| !(0.0..=100.0).contains(&number))
        {
            self.say(Idea::Number, place, "a percentage is between 0 and 100", "write a number between 0 and 100");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_does() {
        for (text, expected) in [("1s", 1_000_000_000), ("1h0m", 3_600_000_000_000), ("0.5ms", 500_000), ("0", 0)] {
            assert_eq!(nanoseconds(text), Some(expected), "{text}");
        }
        assert_eq!(nanoseconds("-1.5s"), Some(-1_500_000_000));
        for text in ["", "1", "s", "1 s", "1d", "1.2.3s", "1s2"] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }
}
