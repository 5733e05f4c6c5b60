//! Pods, and templates of pods.

use std::collections::BTreeSet;

use meshery_core::resource::{Node, Value};

use super::{LABEL, PORT_NAMES, Refusals, is_port_name, items, metadata, said, text, words};
use crate::analyze::values::dns::{is_dns_label, is_subdomain};
use crate::analyze::values::quantity;

const POLICIES: [&str; 3] = ["Always", "OnFailure", "Never"];
/// How a probe may ask.
const HANDLERS: [&str; 4] = ["exec", "grpc", "httpGet", "tcpSocket"];
const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];
/// What two containers of a host cannot both have: address, protocol and port.
type OfHost<'a> = (&'a str, &'a str, i64);

/// What becomes of a container that has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Restarts {
    /// Whatever the pod says.
    AsSaid,
    /// It begins again, always.
    Always,
    /// The pod ends at some time.
    Ends,
}

pub(super) fn pod(refusals: &mut Refusals<'_>) {
    if let Some(spec) = refusals.object.root.get("spec") {
        check(refusals, spec, Restarts::AsSaid, &[]);
    }
}

/// A template, with the names of the claims for which each pod gets a volume.
pub(super) fn template(refusals: &mut Refusals<'_>, pod: &Node, restarts: Restarts, claims: &[&str]) {
    if let Some(metadata) = pod.get("metadata") {
        metadata::labels(refusals, metadata);
    }
    if let Some(spec) = pod.get("spec") {
        check(refusals, spec, restarts, claims);
    }
}

fn check(refusals: &mut Refusals<'_>, spec: &Node, restarts: Restarts, claims: &[&str]) {
    if let Some(list) = spec.get("containers").filter(|list| list.is_empty()) {
        refusals.say(list.span, "the pod has no containers", "add one");
    }
    restart_policy(refusals, spec, restarts);
    refusals.one_of(spec, "dnsPolicy", &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]);
    if let Some((name, node)) = words(spec, "serviceAccountName")
        && !is_subdomain(name)
    {
        refusals.say(node.span, format!("{name:?} is no name of a ServiceAccount"), "use small letters and digits");
    }
    let volumes = volumes(refusals, spec, claims);
    let (starting, usual): (Vec<&Node>, Vec<&Node>) =
        (items(spec, "initContainers").collect(), items(spec, "containers").collect());
    for container in starting.iter().chain(&usual) {
        self::container(refusals, container, &volumes);
    }
    let all = starting.iter().chain(&usual);
    let named = all.filter_map(|container| words(container, "name"));
    refusals.called_twice("container", named);
    let ports = usual.iter().flat_map(|container| items(container, "ports"));
    let of_host = ports.filter_map(|port| {
        let number = port.get("hostPort")?;
        let key: OfHost<'_> =
            (text(port, "hostIP").unwrap_or_default(), text(port, "protocol").unwrap_or("TCP"), number.as_int()?);
        (key.2 != 0).then_some((key, number))
    });
    refusals.twice(of_host, |(_, protocol, port)| {
        (format!("another port is {port} of {protocol} of the host, too"), "leave out one of the two".into())
    });
}

fn restart_policy(refusals: &mut Refusals<'_>, spec: &Node, restarts: Restarts) {
    refusals.one_of(spec, "restartPolicy", &POLICIES);
    let kind = refusals.object.kind().name;
    let said_policy = said(spec, "restartPolicy");
    let policy = said_policy.and_then(Node::as_str).unwrap_or("Always");
    let place = said_policy.map_or(spec.span, |node| node.span);
    match restarts {
        Restarts::Always if policy != "Always" && POLICIES.contains(&policy) => {
            refusals.say(place, format!("the pods of a {kind} run for ever"), "leave out restartPolicy");
        }
        Restarts::Ends if policy == "Always" => {
            refusals.say(place, format!("the pods of a {kind} end"), "write restartPolicy: OnFailure, or Never");
        }
        _ => {}
    }
}

/// The names of volumes.
fn volumes<'a>(refusals: &mut Refusals<'_>, spec: &'a Node, claims: &[&'a str]) -> BTreeSet<&'a str> {
    let all: Vec<&Node> = items(spec, "volumes").collect();
    for volume in &all {
        if let Some((name, node)) = words(volume, "name")
            && !is_dns_label(name)
        {
            refusals.say(node.span, format!("{name:?} is no name of a volume"), LABEL);
        }
        let sources = volume.fields().iter().filter(|field| &*field.key != "name" && field.value.value != Value::Null);
        match sources.count() {
            0 => refusals.say(volume.span, "the volume says nothing of what it holds", "say one, as emptyDir: {}"),
            1 => {}
            _ => refusals.say(volume.span, "the volume holds several things at once", "leave all but one out"),
        }
    }
    let named = || all.iter().filter_map(|volume| words(volume, "name"));
    refusals.called_twice("volume", named());
    named().map(|(name, _)| name).chain(claims.iter().copied()).collect()
}

fn container(refusals: &mut Refusals<'_>, container: &Node, volumes: &BTreeSet<&str>) {
    if let Some((name, node)) = words(container, "name")
        && !is_dns_label(name)
    {
        refusals.say(node.span, format!("{name:?} is no name of a container"), LABEL);
    }
    match words(container, "image") {
        None => refusals.say(container.span, "the container has no image", "name the image that it runs"),
        Some((image, node)) if image.trim() != image => {
            refusals.say(node.span, "there is space around the name of the image", "take it away");
        }
        Some(_) => {}
    }
    refusals.one_of(container, "imagePullPolicy", &["Always", "IfNotPresent", "Never"]);
    ports(refusals, container);
    environment(refusals, container);
    for mount in items(container, "volumeMounts") {
        if let Some((name, node)) = words(mount, "name")
            && !volumes.contains(name)
        {
            refusals.say(node.span, format!("the pod has no volume {name:?}"), "add it to volumes, or leave it out");
        }
    }
    let mounted = items(container, "volumeMounts").filter_map(|it| words(it, "mountPath"));
    refusals.twice(mounted, |path| (format!("another volume is at {path:?}, too"), "mount each elsewhere".into()));
    for probe in PROBES.into_iter().filter_map(|key| said(container, key)) {
        self::probe(refusals, probe);
    }
    resources(refusals, container);
}

fn ports(refusals: &mut Refusals<'_>, container: &Node) {
    for port in items(container, "ports") {
        if let Some(number) = port.get("containerPort") {
            refusals.port(number);
        }
        if let Some(number) = port.get("hostPort").filter(|number| number.as_int() != Some(0)) {
            refusals.port(number);
        }
        refusals.one_of(port, "protocol", &["TCP", "UDP", "SCTP"]);
        if let Some((name, node)) = words(port, "name")
            && !is_port_name(name)
        {
            refusals.say(node.span, format!("{name:?} is no name of a port"), PORT_NAMES);
        }
    }
    let named = items(container, "ports").filter_map(|port| words(port, "name"));
    refusals.called_twice("port", named);
}

fn environment(refusals: &mut Refusals<'_>, container: &Node) {
    for variable in items(container, "env") {
        if let Some((name, node)) = variable.get("name").and_then(|node| Some((node.as_str()?, node))) {
            let is_printed = |c: char| c.is_ascii_graphic() || c == ' ';
            if name.is_empty() || name.contains('=') || !name.chars().all(is_printed) {
                refusals.say(
                    node.span,
                    format!("{name:?} is no name of a variable"),
                    "leave out what is not printed, and =",
                );
            }
        }
        let Some(from) = variable.get("valueFrom").filter(|from| from.value != Value::Null) else { continue };
        if said(variable, "value").is_some() {
            refusals.say(from.span, "the variable has two values", "leave out value, or valueFrom");
        }
        match from.fields().iter().filter(|field| field.value.value != Value::Null).count() {
            0 => refusals.say(from.span, "nothing says where the value comes from", "name a source"),
            1 => {}
            _ => refusals.say(from.span, "the value comes from several places", "leave all but one out"),
        }
    }
}

fn probe(refusals: &mut Refusals<'_>, probe: &Node) {
    let asked: Vec<&Node> =
        HANDLERS.into_iter().filter_map(|key| probe.get(key).filter(|it| it.value != Value::Null)).collect();
    match asked.as_slice() {
        [] => refusals.say(
            probe.span,
            "the probe does not say how it asks",
            format!("add one of {}", HANDLERS.join(", ")),
        ),
        [handler] => {
            if let Some(port) = handler.get("port") {
                refusals.port_or_name(port);
            }
        }
        _ => refusals.say(probe.span, "the probe asks in several ways", "leave all but one out"),
    }
}

/// Nothing asks for more than it may have.
fn resources(refusals: &mut Refusals<'_>, container: &Node) {
    let of = |key: &str| container.at(&["resources", key]).map(Node::fields).unwrap_or_default();
    let amount = |node: &Node| match &node.value {
        Value::Text(text) => quantity::amount(text),
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    };
    for request in of("requests") {
        let limit = of("limits").iter().find(|limit| limit.key == request.key);
        let is_above = limit.and_then(|limit| Some(amount(&request.value)? > amount(&limit.value)?)) == Some(true);
        if is_above {
            let message = format!("the request of {} is above its limit", &*request.key);
            refusals.say(request.value.span, message, "lower it, or raise the limit");
        }
    }
}
