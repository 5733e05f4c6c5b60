//! `exportTo`: the namespaces that may use an object.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource};

/// The annotation by which a Service says what `exportTo` says elsewhere.
const ANNOTATION: &str = "networking.istio.io/exportTo";

/// The namespaces that may use an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Exports {
    /// All of them.
    All,
    /// Those; none at all for `~`.
    Only(Vec<Arc<str>>),
}

impl Exports {
    /// What `spec.exportTo` says.
    pub(in crate::analyze) fn of_spec(resource: &Resource) -> Self {
        Self::new(
            resource.items(&["spec", "exportTo"]).iter().filter_map(Node::as_str),
            resource.namespace_or_default(),
        )
    }

    /// What the annotation of a Service says.
    pub(in crate::analyze) fn of_service(service: &Resource) -> Self {
        let text = service.annotation(ANNOTATION).unwrap_or_default();
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        Self::new(names, service.namespace_or_default())
    }

    fn new<'a>(names: impl Iterator<Item = &'a str>, own: &str) -> Self {
        let mut limited = false;
        let mut only = Vec::new();
        for name in names {
            limited = true;
            match name {
                "*" => return Self::All,
                "." => only.push(own.into()),
                "~" => {}
                _ => only.push(name.into()),
            }
        }
        if limited { Self::Only(only) } else { Self::All }
    }

    /// Whether this namespace is among them.
    pub(in crate::analyze) fn reach(&self, namespace: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|name| **name == *namespace),
        }
    }

    /// Whether some namespace may use both.
    pub(in crate::analyze) fn meet(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, Self::All) => true,
            (Self::All, Self::Only(names)) | (Self::Only(names), Self::All) => !names.is_empty(),
            (Self::Only(names), other) => names.iter().any(|name| other.reach(name)),
        }
    }
}
