//! MSH515 `kuma-route-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, list, of_kinds, present, text, top_kind, walk};
use crate::analyze::values::{address, dns};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH515",
    name: "kuma-route-invalid",
    summary: "A rule of a MeshHTTPRoute matches no request, or changes requests in a way that cannot be",
    why: "
Paths begin with a slash; a prefix is of whole segments, so that it ends with none. A header that is to be there or not has no
value. Only a prefix that was matched can be replaced, in every match of the rule. Hosts are for gateways. The control plane
refuses the route.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshHTTPRoute
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to:
  - targetRef: { kind: MeshService, labels: { kuma.io/display-name: orders } }
    rules: [{ matches: [{ path: { type: PathPrefix, value: /v1/ } }], default: {} }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshHTTPRoute
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to:
  - targetRef: { kind: MeshService, labels: { kuma.io/display-name: orders } }
    rules: [{ matches: [{ path: { type: PathPrefix, value: /v1 } }], default: {} }]",
    references: &["https://kuma.io/docs/latest/policies/meshhttproute/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    of_kinds(world, rule, &["MeshHTTPRoute"], check)
}

fn check(spec: &Node, flaws: &mut Flaws<'_>) {
    let is_of_gateway = top_kind(spec) == "MeshGateway";
    for entry in list(spec, "to") {
        if let Some(node) = present(entry, "hostnames").filter(|node| !is_of_gateway && !node.is_empty()) {
            flaws.add(node, "hosts are for routes of gateways", "remove hostnames");
        }
        for rule in list(entry, "rules") {
            let matches = list(rule, "matches");
            for node in matches {
                one(node, flaws);
            }
            let is_prefix =
                |node: &Node| walk(node, "path.type").first().and_then(|it| it.as_str()) == Some("PathPrefix");
            let is_by_prefix = matches.iter().all(is_prefix);
            let conf = present(rule, "default").unwrap_or(rule);
            for filter in list(conf, "filters") {
                changed(filter, is_by_prefix, is_of_gateway, flaws);
            }
            let redirects = list(conf, "filters").iter().any(|filter| text(filter, "type") == "RequestRedirect");
            if is_of_gateway && list(conf, "backendRefs").is_empty() && !redirects {
                flaws.add(conf, "the route of a gateway leads nowhere", "add backendRefs, or a filter that redirects");
            }
        }
    }
}

fn one(node: &Node, flaws: &mut Flaws<'_>) {
    if let Some(path) = present(node, "path") {
        let (kind, value) = (text(path, "type"), text(path, "value"));
        let at = present(path, "value").unwrap_or(path);
        if matches!(kind, "PathPrefix" | "Exact") && !value.starts_with('/') {
            flaws.add(at, "a path begins with a slash", "write it as /path");
        }
        if kind == "PathPrefix" && value.len() > 1 && value.ends_with('/') {
            flaws.add(at, "a prefix is of whole segments, and ends with no slash", "remove the last slash");
        }
    }
    for header in list(node, "headers") {
        let kind = text(header, "type");
        if let Some(value) =
            present(header, "value").filter(|value| matches!(kind, "Present" | "Absent") && !value.is_empty())
        {
            flaws.add(
                value,
                format!("a header is asked to be {}, whatever its value", kind.to_lowercase()),
                "remove value",
            );
        }
    }
}

fn changed(filter: &Node, is_by_prefix: bool, is_of_gateway: bool, flaws: &mut Flaws<'_>) {
    for modifier in ["requestHeaderModifier", "responseHeaderModifier"].iter().filter_map(|name| present(filter, name))
    {
        if ["set", "add", "remove"].iter().all(|name| present(modifier, name).is_none()) {
            flaws.add(modifier, "no header is changed", "add set, add or remove");
        }
    }
    for change in ["requestRedirect", "urlRewrite"].iter().filter_map(|name| present(filter, name)) {
        for node in walk(change, "path.replacePrefixMatch") {
            if !is_by_prefix {
                flaws.add(
                    node,
                    "a prefix is replaced where none is matched",
                    "match by PathPrefix in all matches of the rule",
                );
            }
        }
        if let Some(node) = present(change, "hostname") {
            let host = node.as_str().unwrap_or_default();
            if address::is_ip(host) || !dns::is_subdomain(host) {
                flaws.add(
                    node,
                    format!("{host:?} is no name of a host"),
                    "use a name of lower case letters, digits, dashes and dots",
                );
            }
        }
        if let Some(node) = present(change, "hostToBackendHostname").filter(|node| node.as_bool() == Some(true)) {
            if !is_of_gateway {
                flaws.add(node, "the host can be taken from the backend at a gateway only", "remove it");
            } else if present(change, "hostname").is_some() {
                flaws.add(node, "the host is set by hostname as well", "keep one of them");
            }
        }
    }
}
