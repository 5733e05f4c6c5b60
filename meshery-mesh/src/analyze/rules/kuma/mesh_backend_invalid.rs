//! MSH523 `kuma-mesh-backend-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, list, of_kinds, present, text, walk};
use crate::analyze::values::{address, duration};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH523",
    name: "kuma-mesh-backend-invalid",
    summary: "A Mesh enables a backend that it does not have, or has one that cannot work",
    why: "
A Mesh lists its backends of mutual TLS, logs, traces and metrics, and enables one by its name. A backend needs what its type
is set by: an address with a port, a URL with a port, a path. There is one backend of mutual TLS at most, and egress through a
zone needs one. The control plane refuses the Mesh.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: Mesh
metadata: { name: default }
spec: { mtls: { enabledBackend: ca-2, backends: [{ name: ca-1, type: builtin }] } }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: Mesh
metadata: { name: default }
spec: { mtls: { enabledBackend: ca-1, backends: [{ name: ca-1, type: builtin }] } }",
    references: &[
        "https://kuma.io/docs/latest/policies/mutual-tls/",
        "https://kuma.io/docs/latest/policies/traffic-log/",
        "https://kuma.io/docs/latest/policies/traffic-trace/",
        "https://kuma.io/docs/latest/policies/traffic-metrics/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// The parts that have backends, and the field that enables one.
const PARTS: [(&str, &str); 4] = [
    ("mtls", "enabledBackend"),
    ("logging", "defaultBackend"),
    ("tracing", "defaultBackend"),
    ("metrics", "enabledBackend"),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    of_kinds(world, rule, &["Mesh"], check)
}

fn check(spec: &Node, flaws: &mut Flaws<'_>) {
    for (name, enabling) in PARTS {
        let Some(part) = present(spec, name) else { continue };
        enabled(part, enabling, flaws);
        let backends = list(part, "backends");
        if let Some(node) = present(part, "backends").filter(|_| name == "mtls" && backends.len() > 1) {
            flaws.add(node, "there is more than one backend of mutual TLS", "keep one");
        }
        for backend in backends {
            match name {
                "mtls" => rotation(backend, flaws),
                "logging" => logging(backend, flaws),
                "tracing" => tracing(backend, flaws),
                _ => metrics(backend, flaws),
            }
        }
    }
    let is_encrypted = present(spec, "mtls").is_some_and(|mtls| !text(mtls, "enabledBackend").is_empty());
    // Kuma 3 has identities in the place of backends.
    for node in walk(spec, "routing.zoneEgress").into_iter().filter(|node| node.as_bool() == Some(true)) {
        if !is_encrypted && present(spec, "mtls").is_some() {
            flaws.add(
                node,
                "requests leave through a zone's egress by mutual TLS, and there is none",
                "set mtls.enabledBackend",
            );
        }
    }
}

fn enabled(part: &Node, enabling: &str, flaws: &mut Flaws<'_>) {
    let Some(node) = present(part, enabling).filter(|node| !node.is_empty()) else { return };
    let name = node.as_str().unwrap_or_default();
    let names = || list(part, "backends").iter().map(|backend| text(backend, "name"));
    if names().any(|it| it == name) {
        return;
    }
    flaws.add(node, format!("there is no backend {name:?}"), "name one of the backends");
    flaws.meaning(name, nearest(name, names()));
}

/// How long a certificate is good for; `1d` is a day beside what Go reads.
fn rotation(backend: &Node, flaws: &mut Flaws<'_>) {
    for node in walk(backend, "dpCert.rotation.expiration") {
        let text = node.as_str().unwrap_or_default();
        let days = text
            .strip_suffix('d')
            .is_some_and(|days| !days.is_empty() && days.bytes().all(|byte| byte.is_ascii_digit()));
        if !text.is_empty() && !days && duration::seconds(text).is_none() && !is_long(text) {
            flaws.add(node, format!("{text:?} is no duration"), "write it as 24h or 1d");
        }
    }
}

/// A duration with years, weeks or days before what Go reads.
fn is_long(text: &str) -> bool {
    let mut rest = text;
    for unit in ['y', 'w', 'd'] {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if let Some(after) = digits.strip_prefix(unit).filter(|_| digits.len() < rest.len()) {
            rest = after;
        }
    }
    rest.len() < text.len() && (rest.is_empty() || duration::seconds(rest).is_some())
}

fn logging(backend: &Node, flaws: &mut Flaws<'_>) {
    let conf = present(backend, "conf").unwrap_or(backend);
    named(backend, flaws);
    match text(backend, "type") {
        "file" if text(conf, "path").is_empty() => {
            flaws.add(
                present(conf, "path").unwrap_or(conf),
                "there is no file to log to",
                "add conf: { path: /tmp/access.log }",
            );
        }
        "tcp" => {
            let text = text(conf, "address");
            if !address::host_and_port(text).is_some_and(|(host, port)| !host.is_empty() && !port.is_empty()) {
                flaws.add(
                    present(conf, "address").unwrap_or(conf),
                    format!("{text:?} is no host and port"),
                    "write it as host:port",
                );
            }
        }
        "file" => {}
        _ => unknown(backend, "tcp or file", flaws),
    }
}

fn tracing(backend: &Node, flaws: &mut Flaws<'_>) {
    let conf = present(backend, "conf").unwrap_or(backend);
    named(backend, flaws);
    match text(backend, "type") {
        "zipkin" => {
            let url = text(conf, "url");
            let at = present(conf, "url").unwrap_or(conf);
            if !address::url(url)
                .is_some_and(|parts| !parts.scheme.is_empty() && parts.port.is_some_and(|it| !it.is_empty()))
            {
                flaws.add(at, format!("{url:?} is no URL with a port"), "write it as http://host:9411/api/v2/spans");
            }
            let version = text(conf, "apiVersion");
            if !matches!(version, "" | "httpJsonV1" | "httpJson" | "httpProto") {
                let at = present(conf, "apiVersion").unwrap_or(conf);
                flaws.add(
                    at,
                    format!("{version:?} is no version of Zipkin's API"),
                    "use httpJson, httpJsonV1 or httpProto",
                );
            }
        }
        "datadog" => {
            if text(conf, "address").is_empty() {
                flaws.add(present(conf, "address").unwrap_or(conf), "the agent has no address", "add conf.address");
            }
            let port = present(conf, "port");
            if port.and_then(Node::as_int).is_none_or(|port| !(1..=65535).contains(&port)) {
                flaws.add(port.unwrap_or(conf), "the agent has no port from 1 to 65535", "set conf.port");
            }
        }
        _ => unknown(backend, "zipkin or datadog", flaws),
    }
}

fn metrics(backend: &Node, flaws: &mut Flaws<'_>) {
    if text(backend, "type") != "prometheus" {
        unknown(backend, "prometheus", flaws);
        return;
    }
    let Some(conf) = present(backend, "conf") else { return };
    if let (Some(skip), Some(tls)) = (present(conf, "skipMTLS"), present(conf, "tls")) {
        let mode = text(tls, "mode");
        let is_same = match skip.as_bool() {
            Some(true) => mode == "disabled",
            _ => matches!(mode, "" | "activeMTLSBackend"),
        };
        if !is_same {
            flaws.add(skip, "skipMTLS and tls say different things", "remove skipMTLS");
        }
    }
    for node in walk(conf, "envoy.filterRegex") {
        if matches!(regex::Regex::new(node.as_str().unwrap_or_default()), Err(regex::Error::Syntax(_))) {
            flaws.add(node, "it is no regular expression", "close what is opened, and escape what is meant as it is");
        }
    }
}

fn named(backend: &Node, flaws: &mut Flaws<'_>) {
    if text(backend, "name").is_empty() {
        flaws.add(present(backend, "name").unwrap_or(backend), "the backend has no name", "add name");
    }
}

fn unknown(backend: &Node, known: &str, flaws: &mut Flaws<'_>) {
    let at = present(backend, "type").unwrap_or(backend);
    flaws.add(at, format!("{:?} is no type of a backend", text(backend, "type")), format!("use {known}"));
}
