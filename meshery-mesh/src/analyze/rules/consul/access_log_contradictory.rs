//! MSH620 `consul-access-log-contradictory`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, checked, each, text};
use crate::analyze::kinds::PROXY_DEFAULTS;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH620",
    name: "consul-access-log-contradictory",
    summary: "The access log of ProxyDefaults contradicts itself",
    why: "
A log is written in one format, as text or as JSON, and a path is for a log in a file. The admission webhook refuses both formats
at once, a format that is no JSON though it should be, and a path for a log that goes to a stream.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ProxyDefaults
metadata: { name: global, namespace: consul }
spec: { accessLogs: { enabled: true, path: /tmp/access.log } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ProxyDefaults
metadata: { name: global, namespace: consul }
spec: { accessLogs: { enabled: true, type: file, path: /tmp/access.log } }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/proxy-defaults"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(PROXY_DEFAULTS, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    for logs in each(spec, &["accessLogs"]) {
        let json = text(logs, "jsonFormat");
        if !json.is_empty() && !text(logs, "textFormat").is_empty() {
            let message = "textFormat and jsonFormat exclude each other";
            checks.at(logs, "textFormat", message, "keep one of them");
        }
        if text(logs, "type") != "file" && !text(logs, "path").is_empty() {
            checks.at(logs, "path", "a path is for logs of the type file", "set the type to file, or take path away");
        }
        if !json.is_empty() && serde_json::from_str::<serde_json::Value>(json).is_err() {
            checks.at(logs, "jsonFormat", "jsonFormat is no JSON", "write a JSON object as a text");
        }
    }
}
