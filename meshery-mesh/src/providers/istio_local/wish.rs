//! What is wanted, read and checked.

use std::path::Path;

use meshery_core::{Error, MeshSpec, Object, Observed, Result};
use serde_json::Value;

use super::super::address::Address;
use super::super::settings::{Settings, place};
use super::processes::AGENT;

pub(super) struct Wish {
    pub(super) upstream: Address,
    pub(super) mtls: bool,
    pub(super) concurrency: u64,
    pub(super) objects: Vec<Value>,
    share: Option<String>,
}

impl Wish {
    pub(super) fn read(wanted: &MeshSpec) -> Result<Self> {
        let settings = Settings::new(&wanted.settings, &["concurrency", "objects", "share"])?;
        Ok(Self {
            upstream: Address::parse(&wanted.upstream)?,
            mtls: wanted.mtls,
            concurrency: settings.whole_number("concurrency", 1..=256, 1)?,
            objects: objects(wanted)?,
            share: settings.text("share")?.map(str::to_owned),
        })
    }

    /// The folder with what Istio's programs need beside themselves.
    pub(super) fn share(&self, seen: &Observed) -> String {
        let beside = || {
            let program = seen.programs.get(AGENT).map(|program| Path::new(&program.path));
            let home = program.and_then(Path::parent).and_then(Path::parent).unwrap_or(Path::new("/"));
            home.join("share/istio").display().to_string()
        };
        self.share.clone().unwrap_or_else(beside)
    }
}

/// The objects of the settings, each with its identity.
fn objects(wanted: &MeshSpec) -> Result<Vec<Value>> {
    let Some(given) = wanted.settings.get("objects") else { return Ok(Vec::new()) };
    let wrong = || Error::invalid(place("objects"), "not a list of objects").expected("a list of Kubernetes objects");
    let all = given.as_array().ok_or_else(wrong)?;
    for (index, object) in all.iter().enumerate() {
        Object::new(object.clone()).map_err(|error| error.at(place(&format!("objects[{index}]"))))?;
    }
    Ok(all.clone())
}
