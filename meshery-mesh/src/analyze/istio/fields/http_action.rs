//! What a rule of a VirtualService does with its requests, beside sending them somewhere.

use meshery_core::resource::{Node, Value};

use super::header::is_name;
use super::numbers::nanoseconds;
use super::read::{given, is_null, list, number, part, text, texts, told, whole, whole_of};
use super::report::{Idea, Report};

/// What Envoy tries again for.
const RETRIED: [&str; 16] = [
    "5xx",
    "gateway-error",
    "reset",
    "reset-before-request",
    "connect-failure",
    "retriable-4xx",
    "refused-stream",
    "retriable-status-codes",
    "retriable-headers",
    "envoy-ratelimited",
    "http3-post-connect-failure",
    "cancelled",
    "deadline-exceeded",
    "internal",
    "resource-exhausted",
    "unavailable",
];
/// Methods that pages of other origins may be allowed.
const METHODS: [&str; 10] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"];
/// What gRPC answers with.
const GRPC: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];
/// How large an answer may be that the proxies are told whole, and from when on it is large.
const LARGEST_BODY: usize = 1024 * 1024;
const LARGE_BODY: usize = 100 * 1024;

/// Whether it is a status of HTTP that has a name.
fn is_status(text: &str) -> bool {
    let is_named = |status: u16| {
        matches!(status, 100..=103 | 200..=208 | 226 | 300..=305 | 307 | 308 | 400..=418 | 421..=426 | 428 | 429 | 431
            | 451 | 500..=508 | 510 | 511)
    };
    text.strip_prefix('+').unwrap_or(text).parse::<u16>().is_ok_and(is_named)
}

impl Report<'_> {
    /// When requests are tried again.
    pub(super) fn retries(&mut self, rule: &Node) {
        let Some(retries) = part(rule, "retries") else { return };
        self.none_negative(retries, &["attempts"]);
        let is_told = ["perTryTimeout", "retryRemoteLocalities"].iter().any(|key| given(retries, key).is_some());
        if whole_of(retries, "attempts") == 0 && (is_told || text(retries, "retryOn").is_some()) {
            let message = "it is said how requests are tried again, and that they are tried again 0 times";
            self.say(Idea::Setting, retries, message, "name the number of attempts, or leave the rest out");
        }
        self.duration(retries, "perTryTimeout");
        self.duration(retries, "backoff");
        let Some((conditions, place)) = text(retries, "retryOn") else { return };
        for condition in conditions.split(',').filter(|it| !RETRIED.contains(it) && !is_status(it)) {
            let message = format!("{condition:?} is nothing that requests are tried again for");
            let help = match crate::nearest::nearest(condition.trim(), RETRIED.into_iter()) {
                Some(near) if near == condition.trim() => "leave the spaces out".to_owned(),
                Some(near) => format!("did you mean {near:?}?"),
                None => "name conditions of Envoy, or a status, with commas and no spaces between them".into(),
            };
            self.say(Idea::Setting, place, message, help);
        }
    }

    /// What pages of other origins may do.
    pub(super) fn cors(&mut self, rule: &Node) {
        let Some(policy) = part(rule, "corsPolicy") else { return };
        for origin in list(policy, "allowOrigins") {
            let is_told = ["exact", "prefix", "regex"].iter().any(|key| text(origin, key).is_some());
            if is_told {
                self.regex_of(origin);
            } else {
                self.say(Idea::Setting, origin, "an origin is empty", "write exact, prefix or regex, and the origin");
            }
        }
        for (method, place) in texts(policy, "allowMethods").filter(|(method, _)| !METHODS.contains(method)) {
            let help = format!("it is one of {}", METHODS.join(", "));
            self.say(Idea::Setting, place, format!("{method:?} is no method of HTTP"), help);
        }
        let names = ["allowHeaders", "exposeHeaders"].into_iter().flat_map(|key| texts(policy, key));
        for (name, place) in names.filter(|(name, _)| *name != "*" && !is_name(name)) {
            let message = format!("{name:?} is no name of a header");
            self.say(Idea::Header, place, message, "name a header, or * for all of them");
        }
        self.duration(policy, "maxAge");
        if let Some(place) = given(policy, "maxAge")
            && let Some(time) = place.as_str().and_then(nanoseconds)
            && time % 1_000_000_000 > 0
        {
            let message = "how long an answer may be kept is told in whole seconds";
            self.say(Idea::Duration, place, message, "write whole seconds");
        }
    }

    /// Faults that are put in on purpose.
    pub(super) fn fault(&mut self, rule: &Node) {
        let Some(fault) = part(rule, "fault") else { return };
        let (abort, delay) = (part(fault, "abort"), part(fault, "delay"));
        if abort.is_none() && delay.is_none() {
            self.say(Idea::Setting, fault, "a fault neither aborts nor delays", "say which: abort or delay");
        }
        if let Some(abort) = abort {
            self.share(abort);
            self.abort(abort);
        }
        if let Some(delay) = delay {
            self.share(delay);
            self.duration(delay, "fixedDelay");
            if let Some(place) = given(delay, "exponentialDelay") {
                self.duration_at(place);
                self.say(Idea::Setting, place, "delays that grow are not supported", "write fixedDelay");
            }
        }
    }

    fn abort(&mut self, abort: &Node) {
        if let Some(status) = given(abort, "grpcStatus") {
            if let Some(name) = status.as_str().filter(|name| !GRPC.contains(name)) {
                let help = "it is one such as UNAVAILABLE, in capitals: https://grpc.io/docs/guides/status-codes/";
                self.say(Idea::Setting, status, format!("{name:?} is no status of gRPC"), help);
            }
        } else if let Some(place) = given(abort, "http2Error") {
            self.say(Idea::Setting, place, "errors of HTTP/2 are not supported", "write httpStatus or grpcStatus");
        } else if let Some(status) = given(abort, "httpStatus") {
            self.status(status);
        } else {
            let before = self.problems.len();
            let message = "the fault aborts with no error, so nothing is aborted";
            self.say(Idea::NoEffect, abort, message, "write httpStatus or grpcStatus");
            self.without_warnings(before);
        }
    }

    /// The share of requests that get a fault.
    fn share(&mut self, fault: &Node) {
        let Some(place) = part(fault, "percentage").and_then(|percentage| given(percentage, "value")) else { return };
        if number(place).is_some_and(|share| share != 0.0 && !(0.0001..=100.0).contains(&share)) {
            let message = "a share of requests is 0, or between 0.0001 and 100";
            self.say(Idea::Number, place, message, "write a percentage");
        }
    }

    fn status(&mut self, status: &Node) {
        if whole(status).is_some_and(|status| !(200..=600).contains(&status)) {
            self.say(Idea::Number, status, "no answer has this status", "write a status between 200 and 599");
        }
    }

    /// Where clients are sent to.
    pub(super) fn redirect(&mut self, rule: &Node) {
        let Some(redirect) = part(rule, "redirect") else { return };
        let (uri, prefix) = (text(redirect, "uri"), text(redirect, "prefixRewrite"));
        if uri.is_some() && prefix.is_some() {
            let message = "a redirect names the whole path and the start of it";
            self.say(Idea::Conflict, redirect, message, "leave one of uri and prefixRewrite");
        }
        if let Some((_, place)) = prefix {
            let uris = list(rule, "match").iter().filter_map(|found| part(found, "uri"));
            if uris.into_iter().any(|uri| uri.get("prefix").is_none_or(is_null)) {
                let message = "the start of the path is replaced, and a match names no start of it";
                self.say(Idea::Conflict, place, message, "match by uri.prefix alone, or write uri");
            }
        }
        let is_told = ["authority", "scheme"].iter().any(|key| text(redirect, key).is_some());
        let has_port = given(redirect, "port").or_else(|| given(redirect, "derivePort"));
        if uri.is_none() && prefix.is_none() && !is_told && has_port.is_none() {
            let message = "a redirect leads to where the request was sent";
            self.say(Idea::Missing, redirect, message, "name the uri, authority, scheme or port that it leads to");
        }
        if let Some(code) = told(redirect, "redirectCode")
            && whole(code).is_some_and(|code| !(300..=399).contains(&code))
        {
            self.say(Idea::Number, code, "this is no status of a redirect", "write a status between 300 and 399");
        }
        if let Some((scheme, place)) = text(redirect, "scheme")
            && !["http", "https"].contains(&scheme)
        {
            self.say(Idea::Setting, place, format!("no redirect leads to {scheme:?}"), "write http or https");
        }
        if let Some(port) = told(redirect, "port") {
            self.port(port);
        }
    }

    /// An answer that the proxy gives itself.
    pub(super) fn answer(&mut self, rule: &Node) {
        let Some(answer) = part(rule, "directResponse") else { return };
        if let Some(body) = part(answer, "body") {
            let size = match (body.get("string"), body.get("bytes")) {
                (Some(Node { value: Value::Text(text), .. }), _) => text.len(),
                (_, Some(Node { value: Value::Text(text), .. })) => text.len() / 4 * 3,
                _ => 0,
            };
            let help = "serve it from a workload, for each proxy is told the whole of it";
            if size > LARGEST_BODY {
                self.say(Idea::Setting, body, "an answer of the proxy has more than a mebibyte", help);
            } else if size > LARGE_BODY {
                self.say(Idea::NoEffect, body, "an answer of the proxy has more than 100 KiB", help);
            }
        }
        match given(answer, "status") {
            Some(status) => self.status(status),
            None => self.say(Idea::Missing, answer, "an answer has no status", "write a status between 200 and 599"),
        }
    }

    /// How requests are changed before they are sent on.
    pub(super) fn rewrite(&mut self, rule: &Node) {
        let Some(rewrite) = part(rule, "rewrite") else { return };
        let (uri, regex) = (text(rewrite, "uri"), part(rewrite, "uriRegexRewrite"));
        if uri.is_some() && regex.is_some() {
            let message = "the path is rewritten in two ways";
            self.say(Idea::Conflict, rewrite, message, "leave one of uri and uriRegexRewrite");
            return;
        }
        if uri.is_none() && regex.is_none() && text(rewrite, "authority").is_none() {
            self.say(Idea::Missing, rewrite, "nothing is rewritten", "write uri, uriRegexRewrite or authority");
        }
        let Some(regex) = regex else { return };
        match (text(regex, "match"), text(regex, "rewrite")) {
            (Some((text, place)), Some(_)) => self.regex(text, place),
            _ => self.say(
                Idea::Missing,
                regex,
                "it says what is replaced, or by what, but not both",
                "write match and rewrite",
            ),
        }
    }

    /// Where copies of requests are sent.
    pub(super) fn mirrors(&mut self, rule: &Node) {
        for place in ["mirrorPercent", "mirror_percent"].iter().filter_map(|key| given(rule, key)) {
            self.percent(Some(place));
            self.say(Idea::Deprecated, place, "mirrorPercent is deprecated", "write mirrorPercentage: { value: … }");
        }
        let value = |owner: &'_ Node, key: &str| part(owner, key).and_then(|share| given(share, "value").cloned());
        self.percent(value(rule, "mirrorPercentage").as_ref());
        if let Some(mirror) = part(rule, "mirror") {
            self.destination(mirror);
        }
        for mirror in list(rule, "mirrors") {
            match part(mirror, "destination") {
                Some(destination) => {
                    self.destination(destination);
                    self.percent(value(mirror, "percentage").as_ref());
                }
                None => self.say(Idea::Missing, mirror, "a mirror names no destination", "say where copies are sent"),
            }
        }
    }

    /// The host that servers are told: by one setting alone.
    pub(super) fn authority(&mut self, rule: &Node) {
        let rewrite = part(rule, "rewrite").and_then(|rewrite| text(rewrite, "authority")).map(|(_, place)| place);
        let request = part(rule, "headers").and_then(|headers| part(headers, "request"));
        let changes = ["set", "add"].into_iter().filter_map(|key| request?.get(key)).flat_map(Node::fields);
        let set = changes.filter(|field| super::header::is_authority(&field.key)).map(|field| &field.value);
        let mut told = rewrite.into_iter().chain(set.filter(|value| !is_null(value)));
        if let (Some(first), Some(second)) = (told.next(), told.next()) {
            self.twice(Idea::Conflict, second, first, "the host that servers are told is set twice");
        }
    }
}
