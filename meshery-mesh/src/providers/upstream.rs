//! The built-in upstream. Not a mesh, so not in the registry, but planned and carried out like one.

use meshery_core::plan::{Action, Role};
use meshery_core::{Check, LocalMesh, MeshInfo, MeshProvider, MeshSpec, Observed, Plan, Probe, Result};
use serde_json::json;

use super::bootstrap;

/// What it answers with.
const BODY_LENGTH: usize = 200;

pub(crate) struct Upstream;

impl MeshProvider for Upstream {
    fn info(&self) -> MeshInfo {
        MeshInfo {
            programs: vec![bootstrap::program()],
            ..MeshInfo::new(
                "upstream",
                "Built-in upstream",
                "An Envoy that answers every request itself with 200 bytes",
            )
        }
    }

    fn local(&self) -> Option<&dyn LocalMesh> {
        Some(self)
    }
}

impl LocalMesh for Upstream {
    fn plan(&self, wanted: &MeshSpec, _seen: &Observed) -> Result<Plan> {
        let mut plan = Plan::new(wanted.mesh.clone(), "127.0.0.1:${port:upstream.listener}");
        for name in ["upstream.listener", "upstream.admin"] {
            plan.push(format!("Reserve the port {name}"), Action::ReservePort { name: name.into() });
        }
        let answer = json!({
            "match": { "prefix": "/" },
            "direct_response": { "status": 200, "body": { "inline_string": "x".repeat(BODY_LENGTH) } },
        });
        let chain = json!({ "filters": [bootstrap::http("upstream", &answer)] });
        let resources = json!({ "listeners": [bootstrap::listener("upstream", 1, &chain)] });
        let process = bootstrap::process("upstream", Role::Workload, 1, &resources);
        plan.push("Start the upstream", Action::StartProcess(Box::new(process)));
        Ok(plan)
    }

    fn checks(&self, _wanted: &MeshSpec) -> Result<Vec<Check>> {
        Ok(vec![Check::new("request_passes", "A request is answered", Probe::Answers)])
    }
}
