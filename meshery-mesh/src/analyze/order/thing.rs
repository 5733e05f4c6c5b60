//! What objects are to each other: things that one has and others need.

use std::fmt;

use meshery_core::resource::{Kind, Resource};
use meshery_core::{Severity, Span};

/// Kinds that stand beside all namespaces and are named by others.
const CLUSTER_WIDE: [&str; 7] =
    ["CustomResourceDefinition", "GatewayClass", "Mesh", "Namespace", "ClusterRole", "IngressClass", "ProxyDefaults"];

/// What a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum What {
    /// An object, by its kind and name; the part is its group.
    Object,
    /// A kind of objects, by its name; the part is its group.
    Definition,
    /// A host that requests can be sent to.
    Host,
    /// A port of a host; the part is its number.
    Port,
    /// A subset of a host; the part is its name.
    Subset,
    /// Something that runs and answers for a host; the part is the subset, empty for all.
    Pods,
    /// Something that runs and has the labels that a Service asks for; the part is the labels.
    Selected,
    /// A listener of a Gateway; the part is its name.
    Listener,
    /// A leave to name objects of another namespace; the part says by whom.
    Grant,
    /// A provider of the mesh's configuration.
    Provider,
    /// A policy that lets through, or checks, what goes to an object.
    Guard,
    /// HTTP as what a service of Consul speaks.
    Http,
}

/// Something that an object has, and others need.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Thing {
    what: What,
    name: String,
    part: String,
}

impl Thing {
    /// A thing of this name, with a part.
    pub(super) fn new(what: What, name: impl Into<String>, part: impl Into<String>) -> Self {
        Self { what, name: name.into(), part: part.into() }
    }

    /// An object; what has no namespace counts as being in `default`, as it is looked up everywhere.
    pub(super) fn object(kind: Kind<'_>, namespace: &str, name: &str) -> Self {
        let wide = CLUSTER_WIDE.contains(&kind.name);
        let shown = if wide { format!("{} {name}", kind.name) } else { format!("{} {namespace}/{name}", kind.name) };
        Self::new(What::Object, shown, kind.group)
    }

    /// A policy for an object.
    pub(super) fn guard(kind: Kind<'_>, namespace: &str, name: &str) -> Self {
        Self { what: What::Guard, ..Self::object(kind, namespace, name) }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, part) = (&self.name, &self.part);
        match self.what {
            What::Object => f.write_str(name),
            What::Definition => write!(f, "the definition of the kind {name}"),
            What::Host => write!(f, "the host {name:?}"),
            What::Port => write!(f, "the port {part} of {name:?}"),
            What::Subset => write!(f, "the subset {part:?} of {name:?}"),
            What::Pods if part.is_empty() => write!(f, "the workloads of {name:?}"),
            What::Pods => write!(f, "the workloads of the subset {part:?} of {name:?}"),
            What::Selected => write!(f, "the pods with {part} in {name}"),
            What::Listener => write!(f, "the listener {part:?} of {name}"),
            What::Grant => write!(f, "the grant for {name}"),
            What::Provider => write!(f, "the provider {name:?}"),
            What::Guard => write!(f, "the policy for {name}"),
            What::Http => write!(f, "HTTP as the protocol of the service {name:?}"),
        }
    }
}

/// What comes of a need that is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Harm {
    /// A policy is for nothing. It may be there before its target, and should be until its target is gone, so that only
    /// what stays for good counts.
    Orphan,
    /// What needs it does nothing as yet.
    Idle,
    /// Requests fail, unless the object is new and nobody calls it as yet. To take all pods away for good may be meant.
    Serving,
    /// Requests fail.
    Traffic,
    /// The API server or the control plane refuses the object.
    Refused,
    /// Requests are denied, or let through unchecked. To take a policy away for good may be meant.
    Guard,
}

impl Harm {
    /// Whether it does harm for a moment.
    pub(super) fn is_at_once(self) -> bool {
        self != Self::Orphan
    }

    /// How bad it is for a moment.
    pub(super) fn severity(self) -> Severity {
        if self <= Self::Idle { Severity::Info } else { Severity::Warning }
    }

    /// How bad it is for good.
    pub(super) fn lasting(self) -> Severity {
        if self <= Self::Serving { Severity::Warning } else { Severity::Error }
    }

    /// What happens until the need is met.
    pub(super) fn until_then(self) -> &'static str {
        match self {
            Self::Orphan | Self::Idle => "it has no effect until then",
            Self::Serving | Self::Traffic => "requests fail until then",
            Self::Refused => "it is refused until then",
            Self::Guard => "requests are denied or pass unchecked until then",
        }
    }
}

/// Something that an object needs.
#[derive(Clone, Debug)]
pub(super) struct Need {
    /// Any of these is enough; what most likely is meant goes first.
    pub(super) any: Vec<Thing>,
    /// Where the object says so.
    pub(super) span: Span,
    pub(super) harm: Harm,
}

/// What an object has and needs.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) has: Vec<Thing>,
    pub(super) needs: Vec<Need>,
}

impl Links {
    /// Adds a need.
    pub(super) fn need(&mut self, any: Vec<Thing>, span: Span, harm: Harm) {
        self.needs.push(Need { any, span, harm });
    }

    /// Adds the need of another object.
    pub(super) fn need_object(&mut self, kind: Kind<'_>, (namespace, name): (&str, &str), span: Span, harm: Harm) {
        self.need(vec![Thing::object(kind, namespace, name)], span, harm);
    }
}

/// An object as a thing.
pub(super) fn itself(resource: &Resource) -> Thing {
    Thing::object(resource.kind(), resource.namespace_or_default(), &resource.name)
}
