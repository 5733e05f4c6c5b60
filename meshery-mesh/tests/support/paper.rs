//! A mesh that nobody has: all of it in this one file, as a mesh author would write it.
#![allow(unreachable_pub, dead_code, reason = "shared by several test programs")]

use meshery_core::lifecycle::{
    ClusterCheck, ClusterMesh, ClusterProbe, Line, Marks, MeshFacts, OptIn, Part, Releases, ResidueRule, Source, Trace,
};
use meshery_core::{GroupKind, InstanceSpec, LocalMesh, MeshInfo, MeshProvider, MeshSpec, Observed};
use meshery_core::{Plan, Result, plan};
use serde_json::json;

pub struct Paper;

/// How a namespace asks for it.
pub fn opt_in() -> OptIn {
    OptIn::namespace_label("paper.example.com/inject", Some("enabled"))
}

impl MeshProvider for Paper {
    fn info(&self) -> MeshInfo {
        MeshInfo::new("paper", "Paper", "A mesh on paper")
    }

    fn local(&self) -> Option<&dyn LocalMesh> {
        Some(self)
    }

    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        Some(self)
    }
}

impl LocalMesh for Paper {
    fn plan(&self, wanted: &MeshSpec, _seen: &Observed) -> Result<Plan> {
        Ok(Plan::new(wanted.mesh.clone(), &wanted.upstream))
    }

    fn checks(&self, _wanted: &MeshSpec) -> Result<Vec<plan::Check>> {
        Ok(vec![plan::Check::new("request_passes", "A request passes", plan::Probe::Answers)])
    }
}

impl ClusterMesh for Paper {
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>> {
        Ok(vec![Source::Text(manifests(&wanted.version))])
    }

    fn facts(&self, _wanted: &InstanceSpec) -> MeshFacts {
        let root = ResidueRule {
            kind: GroupKind::new("", "ConfigMap"),
            namespace: None,
            trace: Trace::Name("paper-root".into()),
            remove: true,
            consent: None,
            shared_by: None,
            reason: "it is written into every namespace".into(),
        };
        MeshFacts { residue: vec![root], ..MeshFacts::default() }
    }

    fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
        let check = |name: &str, claim: &str, probe| ClusterCheck { name: name.into(), claim: claim.into(), probe };
        let injected = ClusterProbe::Injected { opt_ins: vec![opt_in()], container: "paper-proxy".into() };
        vec![
            check("objects_ready", "All objects are there and ready", ClusterProbe::Ready),
            check("proxy_injected", "Pods that ask for it get a proxy, others do not", injected),
        ]
    }

    fn marks(&self) -> Marks {
        let trace = Trace::Name("paper".into());
        let kind = GroupKind::new("apps", "Deployment");
        Marks {
            parts: vec![Part { kind, trace, container: "paper".into(), required: true }],
            groups: vec!["paper.example.com".into()],
            opt_ins: vec![opt_in()],
            proxies: vec!["paper-proxy".into()],
            ..Marks::default()
        }
    }

    fn releases(&self) -> Releases {
        let lines = ["1.0", "1.1", "1.2"].map(|line| Line::new(line, line));
        Releases {
            lines: lines.into(),
            steps_up: Some(1),
            source: "https://paper.example.com".into(),
            ..Releases::default()
        }
    }
}

fn manifests(version: &str) -> String {
    let labels = json!({ "app": "paper" });
    let container = json!({ "name": "paper", "image": format!("registry.example.com/paper:{version}") });
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "paper" },
        "spec": {
            "selector": { "matchLabels": labels },
            "template": { "metadata": { "labels": labels }, "spec": { "containers": [container] } },
        },
    });
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": "paper" },
        "spec": { "selector": labels, "ports": [{ "port": 443 }] },
    });
    format!("{deployment}\n---\n{service}\n")
}
