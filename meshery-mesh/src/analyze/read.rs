//! From files to objects.

use std::sync::Arc;

use meshery_core::resource::{File, Kind, Node};
use meshery_core::{Error, Resource};

use super::kinds::{MESH_CONFIG, MESH_NETWORKS};
use super::objects::{self, Origin};
use super::{Options, Profile, Source, istio, yaml};

/// What came of a file.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) file: Arc<File>,
    pub(super) resources: Vec<Resource>,
    pub(super) errors: Vec<Error>,
}

/// All objects of files, in their order, and what cannot be read of them.
#[cfg(feature = "cluster")]
pub(crate) fn read<'a>(sources: impl IntoIterator<Item = &'a Source>) -> (Vec<Resource>, Vec<Error>) {
    let (mut resources, mut errors) = (Vec::new(), Vec::new());
    for read in sources.into_iter().map(one) {
        resources.extend(read.resources);
        errors.extend(read.errors);
    }
    (resources, errors)
}

/// The objects of a file, and what cannot be read of it.
pub(super) fn one(source: &Source) -> Read {
    let origin = Origin { file: file(source), cluster: source.cluster.as_deref().map(Arc::from) };
    let (mut resources, mut errors) = (Vec::new(), Vec::new());
    for document in yaml::read(source) {
        match document {
            Ok(root) => objects::collect(&origin, &root, &mut resources, &mut errors),
            Err(error) => errors.push(error),
        }
    }
    Read { file: origin.file, resources, errors }
}

fn file(source: &Source) -> Arc<File> {
    // What is not text was refused with its place.
    Arc::new(File::new(source.name.as_str(), std::str::from_utf8(&source.text).unwrap_or_default()))
}

/// What istiod is told by files, as objects of kinds of their own, and what it takes for granted.
pub(super) fn told(options: &Options) -> (Vec<Resource>, Vec<Error>) {
    let (mut resources, mut errors) = (Vec::new(), Vec::new());
    for (kind, name, source) in
        [(MESH_CONFIG, "meshconfig", &options.mesh_config), (MESH_NETWORKS, "meshnetworks", &options.mesh_networks)]
    {
        let Some(source) = source else { continue };
        for document in yaml::read(source) {
            match document {
                Ok(root) => resources.push(pretend(kind, name, file(source), root)),
                Err(error) => errors.push(error),
            }
        }
    }
    if options.profile == Profile::Istioctl && istio::has_ingress_controller(&resources) {
        resources.extend(one(&istio::ingress_gateway()).resources);
    }
    (resources, errors)
}

fn pretend(kind: Kind<'_>, name: &str, file: Arc<File>, root: Node) -> Resource {
    Resource {
        file,
        cluster: None,
        api_version: "v1".into(),
        kind: kind.name.into(),
        namespace: Some(istio::ROOT_NAMESPACE.into()),
        name: name.into(),
        root,
    }
}
