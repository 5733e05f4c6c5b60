//! Where the schema of a service comes from.

use std::path::PathBuf;

use base64::Engine as _;
use meshery_core::{Error, ErrorKind, Result};
use prost_reflect::{DescriptorPool, MessageDescriptor};
use serde::{Deserialize, Serialize};

/// A schema as it is written in a request.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SchemaWords {
    /// A `FileDescriptorSet`, as `protoc --include_imports --descriptor_set_out` and `buf build` write it.
    File(PathBuf),
    /// The same in place.
    Base64(String),
    /// What the server says of itself.
    Reflection,
}

impl SchemaWords {
    /// The type of the messages that a method takes.
    ///
    /// # Errors
    /// At `schema`: what cannot be read, is no descriptor set, or has no such method.
    pub(super) fn input(&self, method: &str) -> Result<MessageDescriptor> {
        let set = self.set()?;
        let pool = DescriptorPool::decode(set.as_slice())
            .map_err(|error| Error::invalid("schema", "not a FileDescriptorSet").found(error.to_string()))?;
        let (service, name) = method.trim_start_matches('/').split_once('/').unwrap_or_default();
        let found =
            pool.get_service_by_name(service).and_then(|service| service.methods().find(|one| one.name() == name));
        found.map(|method| method.input()).ok_or_else(|| {
            let known = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
            let known: Vec<_> =
                known.map(|method| format!("/{}/{}", method.parent_service().full_name(), method.name())).collect();
            let error = Error::new(ErrorKind::InvalidInput, "the schema has no such method").at("schema");
            error.expected(known.join(", ")).found(method)
        })
    }

    fn set(&self) -> Result<Vec<u8>> {
        match self {
            Self::File(path) => std::fs::read(path).map_err(|error| {
                let error = Error::new(ErrorKind::Io, "the schema cannot be read")
                    .found(format!("{}: {error}", path.display()));
                error.at("schema.file")
            }),
            Self::Base64(text) => base64::engine::general_purpose::STANDARD
                .decode(text)
                .map_err(|error| Error::invalid("schema.base64", error.to_string())),
            Self::Reflection => Err(Error::invalid("schema", "the server has not been asked for its schema yet")),
        }
    }
}
