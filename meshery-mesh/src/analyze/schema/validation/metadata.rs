//! Names, labels and annotations.

use meshery_core::resource::{Kind, Node};

use super::{LABEL, Refusals, said, text, words};
use crate::analyze::kinds::{CRON_JOB, NAMESPACE, SERVICE};
use crate::analyze::values::dns::{is_dns_label, is_subdomain};
use crate::analyze::values::labels::{is_key, is_value};

/// Groups whose objects may have any name that can be a part of a path.
const ANY_NAME: [&str; 1] = ["rbac.authorization.k8s.io"];
/// What is read by a tool and never by a server.
const READ_BY_TOOLS: [Kind<'_>; 1] = [Kind::new("install.istio.io", "IstioOperator")];
/// How many bytes all annotations of an object may have.
const MOST_ANNOTATIONS: usize = 256 << 10;
/// How long the name of a CronJob may be: its Jobs are called as it is, and when they began.
const LONGEST_CRON_JOB: usize = 52;
const SUBDOMAIN: &str = "use small letters, digits, and inner hyphens and dots, at most 253";

pub(super) fn check(refusals: &mut Refusals<'_>) {
    let object = refusals.object;
    if READ_BY_TOOLS.contains(&object.kind()) {
        return;
    }
    let Some(metadata) = object.root.get("metadata") else { return };
    let generated = text(metadata, "generateName");
    if object.name.is_empty() && generated.is_none() {
        refusals.say(metadata.span, "the object has no name", "give it one");
    }
    if let Some(name) = said(metadata, "name") {
        self::name(refusals, name);
    }
    if let Some((namespace, node)) = words(metadata, "namespace")
        && !is_dns_label(namespace)
    {
        refusals.say(node.span, format!("{namespace:?} is no name of a namespace"), LABEL);
    }
    labels(refusals, metadata);
}

fn name(refusals: &mut Refusals<'_>, node: &Node) {
    let (object, Some(name)) = (refusals.object, node.as_str()) else { return };
    let kind = object.kind();
    let (is_one, help) = match kind {
        NAMESPACE | SERVICE => (is_dns_label(name), LABEL),
        _ if ANY_NAME.contains(&kind.group) => {
            (![".", ".."].contains(&name) && !name.contains(['/', '%']), "leave out slashes and percent signs")
        }
        _ => (is_subdomain(name), SUBDOMAIN),
    };
    if !is_one {
        refusals.say(node.span, format!("{name:?} is no name of a {}", kind.name), help);
    } else if kind == CRON_JOB && name.len() > LONGEST_CRON_JOB {
        let message = format!("the name has {} characters, more than {LONGEST_CRON_JOB}", name.len());
        refusals.say(node.span, message, "shorten it");
    }
}

/// Those of an object, or of the pods that it makes.
pub(super) fn labels(refusals: &mut Refusals<'_>, metadata: &Node) {
    let keys =
        "use letters, digits and inner hyphens, dots and underscores, at most 63, after a domain and a slash or alone";
    for field in metadata.get("labels").map(Node::fields).unwrap_or_default() {
        if !is_key(&field.key) {
            refusals.say(field.key_span, format!("{:?} is no name of a label", &*field.key), keys);
        }
        if let Some(value) = field.value.as_str().filter(|value| !is_value(value)) {
            let help = "use letters, digits and inner hyphens, dots and underscores, at most 63";
            refusals.say(field.value.span, format!("{value:?} is no value of a label"), help);
        }
    }
    let annotations = metadata.get("annotations");
    let fields = annotations.map(Node::fields).unwrap_or_default();
    for field in fields.iter().filter(|field| !is_key(&field.key.to_ascii_lowercase())) {
        refusals.say(field.key_span, format!("{:?} is no name of an annotation", &*field.key), keys);
    }
    let bytes: usize = fields.iter().map(|it| it.key.len() + it.value.as_str().map_or(0, str::len)).sum();
    if let Some(annotations) = annotations.filter(|_| bytes > MOST_ANNOTATIONS) {
        let message = format!("the annotations have {bytes} bytes, more than {MOST_ANNOTATIONS}");
        refusals.say(annotations.span, message, "put what is so large elsewhere");
    }
}
