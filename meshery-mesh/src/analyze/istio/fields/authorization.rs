//! AuthorizationPolicies.

use meshery_core::resource::Node;

use super::read::{choice, given, is_null, list, part, text, texts, told};
use super::report::{Idea, Report};

/// What of a source is known only to the proxy that decides, and not told to whom it asks.
const NOT_ASKED: [&str; 10] = [
    "namespaces",
    "notNamespaces",
    "serviceAccounts",
    "notServiceAccounts",
    "trustDomains",
    "notTrustDomains",
    "principals",
    "notPrincipals",
    "requestPrincipals",
    "notRequestPrincipals",
];
/// What is known of a source.
const SOURCE: [&str; 14] = [
    "principals",
    "requestPrincipals",
    "namespaces",
    "ipBlocks",
    "remoteIpBlocks",
    "notPrincipals",
    "notRequestPrincipals",
    "notNamespaces",
    "notIpBlocks",
    "notRemoteIpBlocks",
    "serviceAccounts",
    "notServiceAccounts",
    "trustDomains",
    "notTrustDomains",
];
/// What is known of a source that sends no requests, but bytes.
const OF_BYTES: [&str; 10] = [
    "notPrincipals",
    "principals",
    "ipBlocks",
    "notIpBlocks",
    "namespaces",
    "notNamespaces",
    "remoteIpBlocks",
    "notRemoteIpBlocks",
    "serviceAccounts",
    "notServiceAccounts",
];
/// What is known of a request.
const OPERATION: [&str; 8] = ["ports", "methods", "paths", "hosts", "notPorts", "notMethods", "notPaths", "notHosts"];

pub(super) fn check(report: &mut Report<'_>, spec: &Node) {
    report.attached(spec);
    let action = choice(spec, "action", "ALLOW");
    let rules = told(spec, "rules");
    if rules.is_none() && ["CUSTOM", "DENY"].contains(&action) {
        let message = format!("the policy is for no request, so {action} never happens");
        let place = given(spec, "action").unwrap_or(spec);
        report.say(Idea::Authorization, place, message, "write rules: [{}] for every request");
    }
    match part(spec, "provider") {
        Some(provider) if action != "CUSTOM" => {
            let message = format!("somebody is asked, and the action is {action}");
            report.say(Idea::Authorization, provider, message, "write action: CUSTOM, or leave provider out");
        }
        provider
            if action == "CUSTOM"
                && rules.is_some()
                && provider.is_none_or(|provider| text(provider, "name").is_none()) =>
        {
            let message = "somebody is to be asked, and nothing says who";
            report.say(Idea::Authorization, provider.unwrap_or(spec), message, "write provider: { name: … }");
        }
        _ => {}
    }
    for rule in list(spec, "rules") {
        if is_null(rule) {
            report.say(Idea::Authorization, spec, "a rule is empty", "write {} for every request, or leave it out");
            continue;
        }
        if action == "CUSTOM" {
            asked(report, rule);
        }
        check_rule(report, rule, action);
    }
}

/// Whom a policy asks is not told who the client is.
fn asked(report: &mut Report<'_>, rule: &Node) {
    let help = "the provider sees the request alone; let it decide, or write action: ALLOW or DENY";
    for source in list(rule, "from").iter().filter_map(|from| part(from, "source")) {
        for (key, place) in NOT_ASKED.iter().filter_map(|key| Some((key, told(source, key)?))) {
            report.say(Idea::Authorization, place, format!("{key} cannot be told where somebody is asked"), help);
        }
    }
    for (key, place) in list(rule, "when").iter().filter_map(|when| text(when, "key")) {
        let is_source =
            ["source.namespace", "source.serviceAccount", "source.trustDomain", "source.principal"].contains(&key);
        if is_source || key.starts_with("request.auth.") {
            report.say(Idea::Authorization, place, format!("{key} cannot be told where somebody is asked"), help);
        }
    }
}

fn check_rule(report: &mut Report<'_>, rule: &Node, action: &str) {
    // Whether a source is told, and in words that connections of bytes know; and the same of operations.
    let (mut from, mut from_bytes, mut to, mut to_bytes) = (false, false, false, false);
    for item in list(rule, "from") {
        if let Some(source) = part(item, "source") {
            from = true;
            from_bytes |= OF_BYTES.iter().any(|key| told(source, key).is_some());
            report.source(source);
        } else {
            let place = if is_null(item) { rule } else { item };
            report.say(Idea::Authorization, place, "a source is missing", "write source, or leave from out for all");
        }
    }
    for item in list(rule, "to") {
        if let Some(operation) = part(item, "operation") {
            to = true;
            to_bytes |= ["ports", "notPorts"].iter().any(|key| told(operation, key).is_some());
            report.operation(operation);
        } else {
            let place = if is_null(item) { rule } else { item };
            report.say(
                Idea::Authorization,
                place,
                "an operation is missing",
                "write operation, or leave to out for all",
            );
        }
    }
    for when in list(rule, "when") {
        report.condition(when);
    }
    if action == "DENY" && ((from && !to && !from_bytes) || (to && !to_bytes)) {
        let message =
            "the rule tells requests of HTTP apart, and denies every connection to a port that is not for HTTP";
        report.say(Idea::DeniesTcp, rule, message, "name the ports that the rule is for: to[].operation.ports");
    }
}

impl Report<'_> {
    fn source(&mut self, source: &Node) {
        let any = |keys: &[&str]| keys.iter().any(|key| told(source, key).is_some());
        let accounts = ["serviceAccounts", "notServiceAccounts"];
        if any(&accounts) && any(&["principals", "notPrincipals", "namespaces", "notNamespaces"]) {
            let message = "service accounts are named beside principals or namespaces, which they have in them";
            self.stated(Idea::Authorization, source, message, "leave one of them");
        }
        if !any(&SOURCE) {
            self.say(Idea::Authorization, source, "a source is empty", "say who it is, or leave from out for all");
        }
        for key in ["ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks"] {
            texts(source, key).for_each(|(text, place)| self.subnet_at(text, place));
        }
        for key in SOURCE.iter().filter(|key| !accounts.contains(key)) {
            self.not_empty(source, key);
        }
        for key in accounts {
            self.accounts(source, key, true);
        }
        for key in ["trustDomains", "notTrustDomains"] {
            let domains = texts(source, key).filter(|(domain, _)| !domain.is_empty());
            domains.for_each(|(domain, place)| self.trust_domain_at(domain, place));
        }
    }

    fn operation(&mut self, operation: &Node) {
        if OPERATION.iter().all(|key| told(operation, key).is_none()) {
            let message = "an operation is empty";
            self.say(Idea::Authorization, operation, message, "say what it is, or leave to out for all");
        }
        for key in OPERATION {
            self.not_empty(operation, key);
        }
        for key in ["ports", "notPorts"] {
            texts(operation, key).for_each(|(port, place)| self.port_text(port, place));
        }
        for key in ["paths", "notPaths"] {
            texts(operation, key).for_each(|(path, place)| self.path_template(path, place));
        }
    }
}
