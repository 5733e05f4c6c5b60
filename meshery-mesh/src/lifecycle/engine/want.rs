//! From a specification to the objects that it comes to.

use meshery_core::lifecycle::Source;
use meshery_core::{Error, InstanceSpec, Result};

use super::prepare::{self, Have};
use super::{Lifecycle, credentials, lore};
use crate::lifecycle::render::render;
use crate::lifecycle::run::wire::Wire;

impl Lifecycle {
    /// The objects that are wanted, with what had to be asked of the server on the way.
    pub(super) async fn have(&self, spec: &InstanceSpec, wire: &Wire) -> Result<Box<Have>> {
        spec.check()?;
        let (mut discovery, mut kubernetes) = (None, None);
        let sources = match lore::mesh(spec, &self.meshes) {
            Some(mesh) if spec.sources.is_empty() => {
                let ours = credentials::left_to_us(spec, mesh);
                if ours.is_empty() {
                    mesh.sources(spec)?
                } else {
                    let known = discovery.insert(prepare::discover(wire).await?);
                    mesh.sources(&credentials::supplied(wire, known, spec, &ours).await?)?
                }
            }
            _ => spec.sources.clone(),
        };
        if sources.is_empty() {
            return Err(Error::invalid("sources", "nothing is wanted").expected("sources, or a mesh that has its own"));
        }
        let mut tools = self.tools.clone();
        if sources.iter().any(|source| matches!(source, Source::Chart(_))) {
            // Charts ask which Kubernetes they are for, and what it serves.
            let known = match discovery.take() {
                Some(known) => known,
                None => prepare::discover(wire).await?,
            };
            kubernetes = Some(prepare::version(wire).await?);
            tools.kubernetes = tools.kubernetes.or_else(|| kubernetes.clone());
            tools.api_versions.extend(known.api_versions());
            discovery = Some(known);
        }
        let objects = render(spec, &sources, &tools).await?;
        Ok(Box::new(Have { spec: spec.clone(), objects, discovery, kubernetes }))
    }
}
