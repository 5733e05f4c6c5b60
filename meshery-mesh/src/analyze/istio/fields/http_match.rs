//! What requests a rule of a VirtualService is for.

use meshery_core::resource::Node;

use super::header::is_name;
use super::names::{domain, is_label};
use super::read::{given, is_null, list, text, texts, told};
use super::regex;
use super::report::{Idea, Report};

/// How the names of headers begin that mean claims of a token.
const CLAIMS: &str = "@request.auth.claims";
/// Headers that HTTP itself has.
const PSEUDO: [&str; 5] = [":method", ":scheme", ":authority", ":path", ":status"];

/// Whether the name of a header means a claim of a token.
pub(super) fn is_claim(name: &str) -> bool {
    let Some((start, rest)) = name.split_at_checked(CLAIMS.len()) else { return false };
    let is_dotted = rest.starts_with('.');
    let is_bracketed = rest.starts_with('[') && rest.ends_with(']');
    start.eq_ignore_ascii_case(CLAIMS) && (is_dotted || is_bracketed)
}

impl Report<'_> {
    /// The matches of a rule for HTTP.
    pub(super) fn http_matches(&mut self, rule: &Node) {
        for found in list(rule, "match").iter().filter(|found| !is_null(found)) {
            for key in ["headers", "withoutHeaders"] {
                self.matched_headers(found, key);
            }
            if let Some(uri) = given(found, "uri") {
                self.regex_of(uri);
            }
            for key in ["scheme", "method", "authority"] {
                if let Some(place) = given(found, key) {
                    self.string_match(place);
                }
            }
            for field in found.get("queryParams").map(Node::fields).unwrap_or_default() {
                self.string_match(&field.value);
            }
            let before = self.problems.len();
            self.common_match(found);
            self.without_warnings(before);
            if let Some((name, place)) = text(found, "sourceNamespace")
                && !is_label(name)
            {
                self.say(Idea::Name, place, format!("{name:?} is no namespace"), "name the namespace of the clients");
            }
        }
    }

    fn matched_headers(&mut self, found: &Node, key: &str) {
        for field in found.get(key).map(Node::fields).unwrap_or_default() {
            let name = &*field.key;
            if !(is_claim(name) || PSEUDO.contains(&name) || is_name(name)) {
                let message = format!("{name:?} is no name of a header");
                self.say_key(Idea::Header, field, message, "name the header as requests carry it");
            }
            if is_null(&field.value) {
                if key == "headers" {
                    let help = "write {} for a header that is there, whatever it says";
                    self.say_key(Idea::Match, field, format!("nothing is said of the header {name:?}"), help);
                }
                continue;
            }
            // Without a header, `*` stands for any value and is no expression.
            let is_any = key == "withoutHeaders" && field.value.get("regex").and_then(Node::as_str) == Some("*");
            if !is_any {
                self.string_match(&field.value);
            }
        }
    }

    /// What requests, connections and handshakes have in common: where they come from, and through which gateway.
    pub(super) fn common_match(&mut self, found: &Node) {
        if let Some(port) = told(found, "port") {
            self.port(port);
        }
        self.labels(found, "sourceLabels");
        self.gateway_names(found);
    }

    /// A text that a value must be, begin with, or match.
    fn string_match(&mut self, place: &Node) {
        if let Some(prefix) = given(place, "prefix").filter(|prefix| prefix.as_str() == Some("")) {
            self.say(
                Idea::Match,
                prefix,
                "the prefix is empty, which Envoy refuses",
                "write the prefix, or leave the match out",
            );
        }
        self.regex_of(place);
    }

    /// The regular expression of a match.
    pub(super) fn regex_of(&mut self, place: &Node) {
        if let Some(place) = given(place, "regex") {
            match place.as_str() {
                Some("") => {
                    self.say(Idea::Match, place, "the regular expression is empty", "write it, or leave the match out");
                }
                Some(text) => self.regex(text, place),
                None => {}
            }
        }
    }

    pub(super) fn regex(&mut self, text: &str, place: &Node) {
        if let Some(problem) = regex::problem(text) {
            let help = "Istio takes the syntax of RE2: https://github.com/google/re2/wiki/Syntax";
            self.say(Idea::Match, place, problem, help);
        }
    }

    /// The gateways that a VirtualService, or a match of it, is for.
    pub(super) fn gateway_names(&mut self, owner: &Node) {
        for (name, place) in texts(owner, "gateways") {
            let Some((namespace, gateway)) = name.split_once('/') else {
                self.short_gateway_name(name, place);
                // istiod looks at none after it; nor does anybody who reads its answer.
                if self.alone {
                    return;
                }
                continue;
            };
            let problem = if namespace.is_empty() || gateway.is_empty() {
                Some(format!("{name:?} lacks the namespace or the name of the Gateway"))
            } else if !is_label(namespace) {
                Some(format!("{namespace:?} is no namespace"))
            } else if !is_label(gateway) {
                Some(format!("{gateway:?} is no name of a Gateway"))
            } else {
                None
            };
            if let Some(problem) = problem {
                self.say(Idea::Name, place, problem, "write NAMESPACE/NAME, or NAME alone for one of this namespace");
            }
        }
    }

    fn short_gateway_name(&mut self, name: &str, place: &Node) {
        if let Err(problem) = domain(name) {
            self.say(Idea::Name, place, problem, "write NAMESPACE/NAME, or NAME alone for one of this namespace");
        } else if let Some((gateway, rest)) = name.split_once('.') {
            let namespace = rest.split('.').next().unwrap_or_default();
            let message = format!("{name:?} names a Gateway the old way");
            self.say(Idea::OldGatewayName, place, message, format!("write {namespace}/{gateway}"));
        }
    }
}
