//! What the texts of AuthorizationPolicies must be like.

use meshery_core::resource::Node;

use super::addresses::{is_ip, is_range};
use super::read::{list, text, texts};
use super::report::{Idea, Report};

/// How many service accounts there may be in a list, and how long each may be.
const MOST_ACCOUNTS: usize = 16;
const LONGEST_ACCOUNT: usize = 320;
/// What conditions are about, beside those with a name in brackets.
const ATTRIBUTES: [&str; 13] = [
    "source.ip",
    "remote.ip",
    "source.namespace",
    "source.serviceAccount",
    "source.principal",
    "source.trustDomain",
    "request.auth.principal",
    "request.auth.audiences",
    "request.auth.presenter",
    "destination.ip",
    "destination.port",
    "connection.sni",
    "request.headers[NAME]",
];
/// What has a name in brackets.
const NAMED: [&str; 3] = ["request.headers", "request.auth.claims", "experimental.envoy.filters."];

impl Report<'_> {
    /// No text of a list is empty.
    pub(super) fn not_empty(&mut self, owner: &Node, key: &str) {
        for (_, place) in texts(owner, key).filter(|(text, _)| text.is_empty()) {
            self.say(Idea::Authorization, place, format!("{key} has an empty text"), "write it, or leave it out");
        }
    }

    /// An address, or a range of them.
    pub(super) fn subnet_at(&mut self, text: &str, place: &Node) {
        let is_known = if text.contains('/') { is_range(text) } else { is_ip(text) };
        if !is_known && !text.is_empty() {
            self.not_subnet(text, place);
        }
    }

    /// A port that is written as text.
    pub(super) fn port_text(&mut self, text: &str, place: &Node) {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !text.is_empty() && (!is_number || !text.parse::<u32>().is_ok_and(|port| port <= 65_535)) {
            self.say(Idea::Port, place, format!("{text:?} is no port"), "name a port between 0 and 65535");
        }
    }

    /// A path in which `{*}` stands for one part and `{**}`, at its end, for any.
    pub(super) fn path_template(&mut self, path: &str, place: &Node) {
        let is_template = path.contains("{*}") || path.contains("{**}");
        let mut all = false;
        for part in path.trim_matches('/').split('/') {
            let problem = match part {
                "{*}" | "{**}" if all => "has another template after {**}, which stands for all that follows",
                "{*}" => continue,
                "{**}" => {
                    all = true;
                    continue;
                }
                _ if part.contains(['{', '}']) => "has a brace beside {*} and {**}",
                _ if is_template && !is_literal(part) => "has a part that is no literal beside {*} and {**}",
                _ => continue,
            };
            let message = format!("the path {path:?} {problem}");
            let help = "write {*} for a whole part, or {**} for all that follows; * alone is for a start or an end";
            self.say(Idea::Authorization, place, message, help);
            return;
        }
    }

    /// Service accounts: `name`, or `namespace/name`. How many there may be the definition says too where it knows what they
    /// are.
    pub(super) fn accounts(&mut self, owner: &Node, key: &str, is_defined: bool) {
        let accounts = list(owner, key);
        if let Some(place) = accounts.get(MOST_ACCOUNTS).filter(|_| self.alone || !is_defined) {
            let message = format!("{key} has more than {MOST_ACCOUNTS} of them");
            self.say(Idea::Authorization, place, message, "make several sources of it");
        }
        for (account, place) in texts(owner, key) {
            let problem = if account.is_empty() {
                "is empty"
            } else if account.contains('*') {
                "has a wildcard, which stands for nothing"
            } else if account.len() > LONGEST_ACCOUNT {
                "is too long"
            } else if account.split('/').count() > 2 || account.split('/').any(str::is_empty) {
                "is neither a name nor a namespace and a name"
            } else {
                continue;
            };
            let message = format!("the service account {account:?} {problem}");
            self.say(Idea::Authorization, place, message, "write NAME, or NAMESPACE/NAME");
        }
    }

    /// There is one wildcard at most, at the start or the end.
    pub(super) fn one_wildcard(&mut self, text: &str, place: &Node) {
        let is_inner = text.contains('*') && !text.starts_with('*') && !text.ends_with('*');
        if text.matches('*').count() > 1 || is_inner {
            let message = format!("{text:?} has more than one wildcard, or one within it");
            self.say(Idea::Authorization, place, message, "leave one, at the start or the end");
        }
    }

    /// A trust domain, perhaps with a wildcard.
    pub(super) fn trust_domain_at(&mut self, domain: &str, place: &Node) {
        self.one_wildcard(domain, place);
        if domain.contains('/') {
            let message = format!("the trust domain {domain:?} has a slash");
            self.say(Idea::Authorization, place, message, "name the trust domain alone, such as cluster.local");
        }
    }

    /// What else must be true of a request.
    pub(super) fn condition(&mut self, when: &Node) {
        let Some((key, place)) = text(when, "key") else {
            let place = when.get("key").unwrap_or(when);
            self.say(Idea::Condition, place, "a condition is about nothing", "write key");
            return;
        };
        if list(when, "values").is_empty() && list(when, "notValues").is_empty() {
            let message = format!("nothing is said of what {key} must be");
            self.say(Idea::Condition, when, message, "write values or notValues");
            return;
        }
        self.attribute(key, place);
        for list in ["values", "notValues"] {
            if key == "source.serviceAccount" {
                self.accounts(when, list, false);
                continue;
            }
            for (value, place) in texts(when, list) {
                match key {
                    _ if value.is_empty() => {
                        self.say(
                            Idea::Condition,
                            place,
                            format!("{list} has an empty text"),
                            "write it, or leave it out",
                        );
                    }
                    "source.ip" | "remote.ip" | "destination.ip" => self.subnet_at(value, place),
                    "destination.port" => self.port_text(value, place),
                    "source.trustDomain" => self.trust_domain_at(value, place),
                    _ => {}
                }
            }
        }
    }

    fn attribute(&mut self, key: &str, place: &Node) {
        if ATTRIBUTES.contains(&key) && !key.contains('[') {
            return;
        }
        let (message, help) = if NAMED.iter().any(|name| key.starts_with(name)) {
            let open = key.find('[').filter(|open| *open > 0);
            if open.is_some_and(|open| key.ends_with(']') && open + 2 < key.len()) {
                return;
            }
            (format!("{key:?} has no name in brackets"), "write request.headers[NAME], for example".to_owned())
        } else if key == "destination.namespace" {
            ("destination.namespace is the namespace of the policy".into(), "leave the condition out".into())
        } else if key.starts_with("destination.labels") {
            ("destination.labels is what the policy selects by".into(), "write selector.matchLabels".into())
        } else if ["destination.name", "destination.user"].contains(&key) {
            (format!("{key} is no longer looked at"), "select the workloads by selector.matchLabels".into())
        } else {
            let help = match crate::nearest::nearest(key, ATTRIBUTES.into_iter()) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("it is one of {}", ATTRIBUTES.join(", ")),
            };
            (format!("nothing is known as {key:?}"), help)
        };
        self.say(Idea::Condition, place, message, help);
    }
}

/// Whether it is of characters that a part of a path may have.
fn is_literal(part: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()+,;:@=".contains(&byte);
    !part.is_empty() && part.bytes().all(is_allowed)
}
