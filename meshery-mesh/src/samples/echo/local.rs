//! The echo as processes of one machine: an Envoy for each version, and one before them in place of the Services.

use std::time::Duration;

use meshery_core::plan::{Action, Role};
use meshery_core::{Check, LocalMesh, MeshInfo, MeshProvider, MeshSpec, Observed, Plan, Probe, Result};
use serde_json::{Value, json};

use super::VERSIONS;
use super::faults::{Fault, Faults};
use crate::providers::bootstrap::{self, type_url};

/// Who stands before the versions.
const FRONT: &str = "echo";

pub(super) struct Local;

impl MeshProvider for Local {
    fn info(&self) -> MeshInfo {
        MeshInfo {
            programs: vec![bootstrap::program()],
            ..MeshInfo::new("echo", "Echo", "Two versions of a service as an Envoy each, and one before them")
        }
    }

    fn local(&self) -> Option<&dyn LocalMesh> {
        Some(self)
    }
}

impl LocalMesh for Local {
    fn plan(&self, wanted: &MeshSpec, _seen: &Observed) -> Result<Plan> {
        let faults = Faults::read(&wanted.settings)?;
        let mut plan = Plan::new(wanted.mesh.clone(), format!("127.0.0.1:${{port:{FRONT}.listener}}"));
        let parts = VERSIONS.map(|version| (version, answering(version, faults.of(version))));
        let parts: Vec<_> = parts.into_iter().chain([(FRONT, before_all())]).collect();
        for name in parts.iter().flat_map(|(name, _)| [format!("{name}.listener"), format!("{name}.admin")]) {
            plan.push(format!("Reserve the port {name}"), Action::ReservePort { name });
        }
        for (name, resources) in parts {
            let process = bootstrap::process(name, Role::Workload, 1, &resources);
            plan.push(format!("Start {name} of the echo"), Action::StartProcess(Box::new(process)));
        }
        Ok(plan)
    }

    /// A request that is aborted is answered as it should be, and still looks like a failure: then there is nothing to ask.
    fn checks(&self, wanted: &MeshSpec) -> Result<Vec<Check>> {
        let answers = Check::new("request_passes", "A request reaches a version and is answered", Probe::Answers);
        Ok(Faults::read(&wanted.settings)?.always_answer().then_some(answers).into_iter().collect())
    }
}

/// A version: says who it is, unless it does what it is told instead.
fn answering(version: &str, fault: Fault) -> Value {
    let body = json!({ "name": format!("echo-{version}"), "body": version, "code": 200 }).to_string();
    let answer = json!({
        "match": { "prefix": "/" },
        "direct_response": { "status": 200, "body": { "inline_string": body } },
        "response_headers_to_add": [{
            "header": { "key": "content-type", "value": "application/json" },
            "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
        }],
    });
    let filters: Vec<_> = filter(fault).into_iter().collect();
    let manager = bootstrap::manager(version, &json!([host("all", &["*".into()], &answer)]), &filters);
    json!({ "listeners": [bootstrap::listener(version, 1, &json!({ "filters": [manager] }))] })
}

/// The filter that aborts and delays, where anything is to be done.
fn filter(fault: Fault) -> Option<Value> {
    let percentage = |numerator: u8| json!({ "numerator": numerator, "denominator": "HUNDRED" });
    let mut config = json!({ "@type": type_url("envoy.extensions.filters.http.fault.v3.HTTPFault") });
    if fault.abort_percentage > 0 {
        config["abort"] =
            json!({ "http_status": fault.abort_status, "percentage": percentage(fault.abort_percentage) });
    }
    if let Some(delay) = fault.delay {
        config["delay"] = json!({ "fixed_delay": seconds(delay), "percentage": percentage(100) });
    }
    let acts = fault.abort_percentage > 0 || fault.delay.is_some();
    acts.then(|| json!({ "name": "envoy.filters.http.fault", "typed_config": config }))
}

/// A duration as Protobuf writes it in JSON.
fn seconds(time: Duration) -> String {
    format!("{}.{:09}s", time.as_secs(), time.subsec_nanos())
}

/// What the Services are on a cluster: all versions in turn, and one of them for who asks for it by its name.
fn before_all() -> Value {
    let address = |version: &str| bootstrap::address("127.0.0.1", &bootstrap::port(&format!("{version}.listener")));
    let to = |cluster: &str| json!({ "match": { "prefix": "/" }, "route": { "cluster": cluster, "timeout": "0s" } });
    let mut hosts = vec![host("all", &["*".into()], &to(FRONT))];
    let mut clusters = vec![bootstrap::cluster(FRONT, "STATIC", &VERSIONS.map(address))];
    for version in VERSIONS {
        // With and without a port.
        let domains = [format!("{FRONT}-{version}"), format!("{FRONT}-{version}:*")];
        hosts.push(host(version, &domains, &to(version)));
        clusters.push(bootstrap::cluster(version, "STATIC", &[address(version)]));
    }
    let manager = bootstrap::manager(FRONT, &hosts.into(), &[]);
    json!({ "listeners": [bootstrap::listener(FRONT, 1, &json!({ "filters": [manager] }))], "clusters": clusters })
}

/// A virtual host with one route.
fn host(name: &str, domains: &[String], route: &Value) -> Value {
    json!({ "name": name, "domains": domains, "routes": [route] })
}
