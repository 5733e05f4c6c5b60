//! From documents to Kubernetes objects.

use std::sync::Arc;

use meshery_core::Error;
use meshery_core::resource::{File, Node, Resource, Value};

/// Adds the objects of a document; a list is taken apart into its items.
pub(super) fn collect(origin: &Origin, node: &Node, resources: &mut Vec<Resource>, errors: &mut Vec<Error>) {
    let reader = Reader { origin, inherited: None };
    reader.collect(node, resources, errors);
}

/// Where objects come from.
pub(super) struct Origin {
    pub(super) file: Arc<File>,
    pub(super) cluster: Option<Arc<str>>,
}

struct Reader<'a> {
    origin: &'a Origin,
    /// The version and kind that the items of a typed list, such as `ServiceList`, may leave out.
    inherited: Option<(Arc<str>, Arc<str>)>,
}

impl Reader<'_> {
    fn collect(&self, node: &Node, resources: &mut Vec<Resource>, errors: &mut Vec<Error>) {
        match self.resource(node) {
            Err(error) => errors.push(error),
            Ok(list) if is_list(&list) => {
                let items = list.kind.strip_suffix("List").filter(|kind| !kind.is_empty());
                let inherited = items.map(|kind| (list.api_version.clone(), kind.into()));
                let inner = Reader { origin: self.origin, inherited };
                node.get("items")
                    .into_iter()
                    .flat_map(Node::items)
                    .for_each(|item| inner.collect(item, resources, errors));
            }
            Ok(resource) => resources.push(resource),
        }
    }

    fn resource(&self, root: &Node) -> Result<Resource, Error> {
        if !matches!(root.value, Value::Map(_)) {
            return Err(self.wrong(root, "this is not an object", "a map with apiVersion and kind"));
        }
        let (version, kind) = self.inherited.clone().unzip();
        Ok(Resource {
            file: Arc::clone(&self.origin.file),
            cluster: self.origin.cluster.clone(),
            api_version: self.required(root, "apiVersion", version)?,
            kind: self.required(root, "kind", kind)?,
            namespace: self.text(root, &["metadata", "namespace"])?,
            name: self.text(root, &["metadata", "name"])?.unwrap_or_default(),
            root: root.clone(),
        })
    }

    fn required(&self, root: &Node, key: &str, inherited: Option<Arc<str>>) -> Result<Arc<str>, Error> {
        self.text(root, &[key])?.or(inherited).ok_or_else(|| {
            let message = format!("an object has no {key}");
            Error::invalid(self.origin.file.place(root.span), message).expected("apiVersion and kind")
        })
    }

    /// A text field; `None` when it is missing, null or empty.
    fn text(&self, root: &Node, path: &[&str]) -> Result<Option<Arc<str>>, Error> {
        match root.at(path) {
            None => Ok(None),
            Some(node) => match &node.value {
                Value::Null => Ok(None),
                Value::Text(text) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
                _ => Err(self.wrong(node, &format!("{} has the wrong type", path.join(".")), "text")),
            },
        }
    }

    fn wrong(&self, node: &Node, message: &str, expected: &str) -> Error {
        Error::invalid(self.origin.file.place(node.span), message).expected(expected).found(node.value.type_name())
    }
}

/// As for the API server: what is called a list and has items.
fn is_list(resource: &Resource) -> bool {
    resource.kind.ends_with("List")
        && matches!(resource.root.get("items").map(|items| &items.value), Some(Value::List(_)))
}
