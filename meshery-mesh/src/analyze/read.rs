//! From files to objects.

use std::sync::Arc;

use meshery_core::resource::{File, Kind, Node};
use meshery_core::{Error, Resource};

use super::kinds::{MESH_CONFIG, MESH_NETWORKS};
use super::objects::{self, Origin};
use super::yaml::Texts;
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
    let mut texts = Texts::default();
    for read in sources.into_iter().map(|source| one(source, &mut texts)) {
        resources.extend(read.resources);
        errors.extend(read.errors);
    }
    (resources, errors)
}

/// The objects of a file, and what cannot be read of it.
pub(super) fn one(source: &Source, texts: &mut Texts) -> Read {
    let (file, documents) = yaml::open(source, texts);
    let origin = Origin { file, cluster: source.cluster.as_deref().map(Arc::from) };
    let (mut resources, mut errors) = (Vec::new(), Vec::new());
    for document in documents {
        match document {
            Ok(root) => objects::collect(&origin, &root, &mut resources, &mut errors),
            Err(error) => errors.push(error),
        }
    }
    Read { file: origin.file, resources, errors }
}

/// What istiod is told by files, as objects of kinds of their own, and what it takes for granted.
pub(super) fn told(options: &Options) -> (Vec<Resource>, Vec<Error>) {
    let (mut resources, mut errors) = (Vec::new(), Vec::new());
    for (kind, name, source) in
        [(MESH_CONFIG, "meshconfig", &options.mesh_config), (MESH_NETWORKS, "meshnetworks", &options.mesh_networks)]
    {
        let Some(source) = source else { continue };
        let (file, documents) = yaml::open(source, &mut Texts::default());
        for document in documents {
            match document {
                Ok(root) => resources.push(pretend(kind, name, Arc::clone(&file), root)),
                Err(error) => errors.push(error),
            }
        }
    }
    if options.profile == Profile::Istioctl && istio::has_ingress_controller(&resources) {
        resources.extend(one(&istio::ingress_gateway(), &mut Texts::default()).resources);
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
