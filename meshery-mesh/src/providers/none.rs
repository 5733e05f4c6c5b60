//! No mesh: the baseline that every mesh is compared with.

use meshery_core::{Check, Error, LocalMesh, MeshInfo, MeshProvider, MeshSpec, Observed, Plan, Probe, Result};

use super::address::Address;
use super::settings::Settings;

pub(super) struct Direct;

impl MeshProvider for Direct {
    fn info(&self) -> MeshInfo {
        MeshInfo::new("none", "No mesh", "The client talks to the upstream directly: the baseline")
    }

    fn local(&self) -> Option<&dyn LocalMesh> {
        Some(self)
    }
}

impl LocalMesh for Direct {
    fn plan(&self, wanted: &MeshSpec, _seen: &Observed) -> Result<Plan> {
        check(wanted)?;
        Ok(Plan::new(wanted.mesh.clone(), &wanted.upstream))
    }

    fn checks(&self, wanted: &MeshSpec) -> Result<Vec<Check>> {
        check(wanted)?;
        Ok(vec![Check::new("request_passes", "A request reaches the upstream and is answered", Probe::Answers)])
    }
}

fn check(wanted: &MeshSpec) -> Result<()> {
    Settings::new(&wanted.settings, &[])?;
    if wanted.mtls {
        return Err(Error::invalid("mtls", "without a mesh there are no proxies to encrypt between")
            .expected("false")
            .found("true"));
    }
    Address::parse(&wanted.upstream).map(drop)
}
