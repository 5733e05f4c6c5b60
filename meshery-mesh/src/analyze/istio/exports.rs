//! `exportTo`: the namespaces that may use an object.

use meshery_core::resource::{Node, Resource};

/// The annotation by which a Service says what `exportTo` says elsewhere.
const ANNOTATION: &str = "networking.istio.io/exportTo";

/// The namespaces that may use an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Exports<'a> {
    /// All of them.
    All,
    /// Those; none at all for `~`.
    Only(Vec<&'a str>),
}

impl<'a> Exports<'a> {
    /// What `spec.exportTo` says.
    pub(in crate::analyze) fn of_spec(resource: &'a Resource) -> Self {
        let items = resource.root.at(&["spec", "exportTo"]).map(Node::items).unwrap_or_default();
        Self::new(items.iter().filter_map(Node::as_str), resource.namespace_or_default())
    }

    /// What the annotation of a Service says.
    pub(in crate::analyze) fn of_service(service: &'a Resource) -> Self {
        let text = service.root.at(&["metadata", "annotations", ANNOTATION]).and_then(Node::as_str).unwrap_or_default();
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        Self::new(names, service.namespace_or_default())
    }

    fn new(names: impl Iterator<Item = &'a str>, own: &'a str) -> Self {
        let mut limited = false;
        let mut only = Vec::new();
        for name in names {
            limited = true;
            match name {
                "*" => return Self::All,
                "." => only.push(own),
                "~" => {}
                _ => only.push(name),
            }
        }
        if limited { Self::Only(only) } else { Self::All }
    }

    /// Whether this namespace is among them.
    pub(in crate::analyze) fn reach(&self, namespace: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(&namespace),
        }
    }
}
