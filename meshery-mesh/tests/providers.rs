//! What every mesh in the registry must keep, whoever wrote it.

use meshery_core::lifecycle::{
    ClusterCheck, ClusterMesh, ClusterProbe, DataPlane, Enrolment, Holder, Marks, MeshFacts, OptIn, Version,
};
use meshery_core::plan::{Action, Caller, Detour};
use meshery_core::provider::Program;
use meshery_core::{ErrorKind, InstanceSpec, LocalMesh, MeshId, MeshProvider, MeshSpec, Object, Observed, Probe};
use meshery_mesh::host::inspect;
use meshery_mesh::providers::PROVIDERS;
use serde_json::json;

const UPSTREAM: &str = "127.0.0.1:8080";

/// The meshes that run as processes of one machine.
fn locals() -> impl Iterator<Item = (&'static dyn MeshProvider, &'static dyn LocalMesh)> {
    PROVIDERS.iter().filter_map(|provider| provider.local().map(|mesh| (*provider, mesh)))
}

/// The meshes that run on clusters, or did, each with a specification of it.
fn on_clusters() -> impl Iterator<Item = (&'static dyn ClusterMesh, InstanceSpec)> {
    PROVIDERS.iter().filter_map(|provider| {
        let id = provider.info().id;
        let spec = InstanceSpec { mesh: Some(id.clone()), ..InstanceSpec::new(id.as_str(), "mesh-system", vec![]) };
        provider.cluster().map(|mesh| (mesh, InstanceSpec { version: "1.2.3".into(), ..spec }))
    })
}

/// The mesh's default, and with mutual TLS where it has that.
fn specs(id: &MeshId, mesh: &dyn LocalMesh) -> Vec<MeshSpec> {
    let plain = MeshSpec::new(id.as_str(), UPSTREAM);
    let secure = MeshSpec { mtls: true, ..plain.clone() };
    let secure = Some(secure).filter(|spec| mesh.checks(spec).is_ok());
    [plain].into_iter().chain(secure).collect()
}

fn everything_there(provider: &dyn MeshProvider) -> Observed {
    let mut seen = Observed::default();
    for need in provider.info().programs {
        let program = Program { path: format!("/opt/{}", need.name), version: need.at_least };
        seen.programs.insert(need.name, program);
    }
    seen
}

#[test]
fn names_are_sorted_and_unique() {
    let names: Vec<_> = PROVIDERS.iter().map(|provider| provider.info().id).collect();
    assert!(!names.is_empty());
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
}

#[test]
fn every_mesh_runs_somewhere() {
    for provider in PROVIDERS {
        assert!(provider.local().is_some() || provider.cluster().is_some(), "{}", provider.info().id);
    }
}

#[test]
fn every_mesh_says_what_it_is_and_how_to_get_what_it_needs() {
    for provider in PROVIDERS {
        let info = provider.info();
        assert!(!info.title.is_empty() && !info.summary.is_empty(), "{}", info.id);
        for need in info.programs {
            assert!(!need.obtain.is_empty() && !need.version_args.is_empty(), "{}: {}", info.id, need.name);
            assert_eq!(need.at_least.split('.').filter(|part| part.parse::<u32>().is_ok()).count(), 3);
        }
    }
}

#[test]
fn plans_are_sound_and_always_the_same() {
    for (provider, mesh) in locals() {
        let seen = everything_there(provider);
        for spec in specs(&provider.info().id, mesh) {
            let plan = mesh.plan(&spec, &seen).unwrap();
            inspect(&plan).unwrap();
            assert_eq!(plan.mesh, spec.mesh);
            let again = mesh.plan(&spec, &seen).unwrap();
            assert_eq!(serde_json::to_string(&plan).unwrap(), serde_json::to_string(&again).unwrap());
            for step in &plan.steps {
                assert!(!step.title.is_empty());
                if let Action::StartProcess(process) = &step.action {
                    assert!(seen.programs.contains_key(&process.program), "{} is not in `programs`", process.program);
                }
            }
        }
    }
}

#[test]
fn every_claim_is_checked_and_every_check_can_be_made() {
    for (provider, mesh) in locals() {
        for spec in specs(&provider.info().id, mesh) {
            let plan = serde_json::to_string(&mesh.plan(&spec, &everything_there(provider)).unwrap()).unwrap();
            let checks = mesh.checks(&spec).unwrap();
            assert!(checks.iter().any(|check| check.probe == Probe::Answers), "{}: nobody asks", spec.mesh);
            let mut names: Vec<_> = checks.iter().map(|check| &check.name).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), checks.len(), "{}: a name twice", spec.mesh);
            for check in &checks {
                let (ports, callers) = parts(&check.probe);
                for name in &ports {
                    assert!(
                        plan.contains(&format!("\"name\":\"{name}\"")),
                        "{}: {name} is not in the plan",
                        check.name
                    );
                }
                if let Some(Detour::Object { cluster, path, patch }) = detour(&check.probe) {
                    assert!(plan.contains(&format!("\"name\":\"{cluster}\"")), "{}: {cluster}", check.name);
                    assert!(path.starts_with("/api") && patch.is_object(), "{}: {path}", check.name);
                    let led = ports.iter().any(|port| patch.to_string().contains(&format!("${{port:{port}}}")));
                    assert!(led, "{}: the patch says no port", check.name);
                }
                for caller in callers {
                    if let Caller::Known { identity } = caller {
                        assert!(plan.contains(&format!("\"name\":\"{identity}\"")), "{}: {identity}", check.name);
                    }
                }
            }
            let proves_tls = checks.iter().any(|check| matches!(check.probe, Probe::Wire { encrypted: true, .. }));
            assert_eq!(proves_tls, spec.mtls, "{}: mutual TLS is promised exactly when it is proven", spec.mesh);
        }
    }
}

fn detour(probe: &Probe) -> Option<&Detour> {
    match probe {
        Probe::Wire { detour, .. } | Probe::Impostor { detour, .. } => Some(detour),
        _ => None,
    }
}

#[test]
fn a_change_of_configuration_is_told_to_somebody_and_shows() {
    for (provider, mesh) in locals() {
        for spec in specs(&provider.info().id, mesh) {
            let Some(change) = mesh.change(&spec).unwrap() else { continue };
            let plan = serde_json::to_string(&mesh.plan(&spec, &everything_there(provider)).unwrap()).unwrap();
            assert!(plan.contains(&format!("\"name\":\"{}\"", change.cluster)), "{}", spec.mesh);
            assert!(change.object.to_string().contains("${change}"), "{}: all are alike", spec.mesh);
            Object::new(change.object).unwrap();
            assert!(!change.header.is_empty() && !change.header.contains(char::is_uppercase), "{}", change.header);
        }
    }
}

fn parts(probe: &Probe) -> (Vec<&str>, Vec<&Caller>) {
    match probe {
        Probe::Wire { process, port, .. } => (vec![process, port], vec![]),
        Probe::Identity { port, client, .. } => (vec![port], vec![client]),
        Probe::Impostor { process, port, server, .. } => (vec![process, port], vec![server]),
        _ => (vec![], vec![]),
    }
}

#[test]
fn unknown_settings_and_bad_upstreams_are_refused_at_their_place() {
    for (provider, mesh) in locals() {
        let good = MeshSpec::new(provider.info().id.as_str(), UPSTREAM);
        let unknown = json!({ "no such setting": 1 });
        let unknown = MeshSpec { settings: serde_json::from_value(unknown).unwrap(), ..good.clone() };
        let nowhere = MeshSpec { upstream: "nowhere".into(), ..good };
        for (spec, place) in [(unknown, "settings.no such setting"), (nowhere, "upstream")] {
            for error in [mesh.plan(&spec, &everything_there(provider)).unwrap_err(), mesh.checks(&spec).unwrap_err()] {
                assert_eq!(error.kind(), ErrorKind::InvalidInput, "{}", spec.mesh);
                assert_eq!(error.report().place.as_deref(), Some(place), "{}", spec.mesh);
            }
        }
    }
}

#[test]
fn what_a_cluster_engine_must_know_is_whole_and_says_why() {
    for (mesh, spec) in on_clusters() {
        let facts = mesh.facts(&spec);
        let text = serde_json::to_string(&facts).unwrap();
        assert_eq!(serde_json::from_str::<MeshFacts>(&text).unwrap(), facts);
        for owner in &facts.runtime_owners {
            assert!(!owner.manager.is_empty() && !owner.fields.is_empty(), "{}: {owner:?}", spec.name);
            assert!(owner.fields.iter().all(|field| !field.is_empty() && !field.starts_with('/')), "{owner:?}");
        }
        for (index, rule) in facts.residue.iter().enumerate() {
            assert!(!rule.reason.is_empty(), "{}: {rule:?}", spec.name);
            assert!(rule.remove || rule.reason.contains(": "), "{}: it says what to do: {}", spec.name, rule.reason);
            let same = |other: &&_| *other == rule;
            assert_eq!(facts.residue.iter().position(|other| same(&other)), Some(index), "twice: {rule:?}");
        }
    }
}

#[test]
fn checks_on_a_cluster_are_named_and_can_fail() {
    for (mesh, spec) in on_clusters() {
        let checks = mesh.checks(&spec);
        assert!(checks.iter().any(|check| check.probe == ClusterProbe::Ready), "{}: nobody looks", spec.name);
        let text = serde_json::to_string(&checks).unwrap();
        assert_eq!(serde_json::from_str::<Vec<ClusterCheck>>(&text).unwrap(), checks);
        let mut names: Vec<_> = checks.iter().map(|check| &check.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), checks.len(), "{}: a name twice", spec.name);
        for check in &checks {
            assert!(!check.name.is_empty() && !check.claim.is_empty(), "{}: {check:?}", spec.name);
            match &check.probe {
                ClusterProbe::Denied { object, control } => assert_ne!(object, control, "{}", check.name),
                ClusterProbe::Injected { opt_ins, container } => {
                    assert!(!container.is_empty() && !opt_ins.is_empty(), "{}", check.name);
                }
                _ => {}
            }
        }
    }
}

#[test]
fn settings_that_a_mesh_on_a_cluster_does_not_know_are_refused_at_their_place() {
    for (mesh, mut spec) in on_clusters().filter(|(mesh, spec)| mesh.sources(spec).is_ok() || !is_over(spec)) {
        spec.settings.insert("no such setting".into(), 1.into());
        let error = mesh.sources(&spec).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{}", spec.name);
        assert_eq!(error.report().place.as_deref(), Some("settings.no such setting"), "{}", spec.name);
    }
}

/// Whether the project of a mesh has ended.
fn is_over(spec: &InstanceSpec) -> bool {
    PROVIDERS.iter().any(|provider| Some(provider.info().id) == spec.mesh && provider.info().end.is_some())
}

#[test]
fn what_has_ended_says_when_and_where_to_go_and_is_not_installed_where_nothing_is_left_of_it() {
    let mut refused = Vec::new();
    for provider in PROVIDERS {
        let Some(end) = provider.info().end else { continue };
        assert!(end.date.split('-').all(|part| part.parse::<u32>().is_ok()), "{}: {}", provider.info().id, end.date);
        assert!(!end.successors.is_empty() && !end.advice.is_empty(), "{}", provider.info().id);
    }
    for (mesh, spec) in on_clusters() {
        let Err(error) = mesh.sources(&spec) else { continue };
        if error.kind() == ErrorKind::Unsupported {
            assert_eq!(error.report().place.as_deref(), Some("mesh"), "{}", spec.name);
            assert!(error.report().expected.as_deref().is_some_and(|words| words.contains("successors")), "{error}");
            refused.push(spec.name);
        }
    }
    assert_eq!(refused, ["citrix-cpx", "octarine", "sofa-mesh", "tanzu"]);
}

#[test]
fn every_mesh_on_a_cluster_says_how_it_is_recognised() {
    for (mesh, spec) in on_clusters() {
        let marks = mesh.marks();
        let text = serde_json::to_string(&marks).unwrap();
        assert_eq!(serde_json::from_str::<Marks>(&text).unwrap(), marks);
        assert!(!marks.parts.is_empty(), "{}: nothing of it can be found", spec.name);
        for group in &marks.groups {
            let owners = on_clusters().filter(|(mesh, _)| mesh.marks().groups.contains(group)).count();
            assert_eq!(owners, 1, "{group} is nobody's alone");
        }
    }
}

/// What is checked once a mesh is there, and what workloads are enrolled by, is the same; and both are recognised.
#[test]
fn workloads_are_enrolled_by_what_is_checked_and_recognised() {
    let mut by_sidecars = Vec::new();
    for (mesh, spec) in on_clusters() {
        let (marks, Some(enrolment)) = (mesh.marks(), mesh.enrolment(&spec)) else { continue };
        let text = serde_json::to_string(&enrolment).unwrap();
        assert_eq!(serde_json::from_str::<Enrolment>(&text).unwrap(), enrolment);
        let first = enrolment.ways.first().unwrap();
        assert!(enrolment.ways.iter().all(|way| !way.is_empty()), "{}", spec.name);
        let same = |a: &OptIn, b: &OptIn| (a.on, a.tag, &a.name) == (b.on, b.tag, &b.name);
        for way in &enrolment.ways {
            assert!(marks.opt_ins.iter().any(|known| same(known, &way[0])), "{}: nobody sees {}", spec.name, way[0]);
        }
        let DataPlane::Sidecar { container, .. } = &enrolment.data_plane else { continue };
        let injected = mesh.checks(&spec).into_iter().find_map(|check| match check.probe {
            ClusterProbe::Injected { opt_ins, container } => Some((opt_ins, container)),
            _ => None,
        });
        let (checked, in_pods) = injected.unwrap_or_else(|| panic!("{}: nobody checks it", spec.name));
        assert_eq!(in_pods, *container, "{}", spec.name);
        assert!(first.len() == checked.len() && first.iter().zip(&checked).all(|(a, b)| same(a, b)), "{}", spec.name);
        for out in &enrolment.opt_outs {
            let contradicts = first.iter().any(|way| same(way, out) && way.value == out.value);
            assert!(!contradicts && (out.on == Holder::Pod || !out.name.is_empty()), "{}: {out}", spec.name);
        }
        by_sidecars.push(spec.name);
    }
    let expected = ["appmesh", "consul", "istio", "kuma", "linkerd", "nginx-service-mesh", "nsm", "osm"];
    assert_eq!(by_sidecars, expected);
}

#[test]
fn releases_are_in_order_and_say_where_the_project_says_so() {
    for (mesh, spec) in on_clusters() {
        let releases = mesh.releases();
        assert!(releases.lines.is_empty() || releases.source.starts_with("https://"), "{}", spec.name);
        let versions: Vec<_> = releases.lines.iter().map(|line| Version::read(&line.since)).collect();
        assert!(versions.iter().all(Option::is_some) && versions.is_sorted_by(|a, b| a < b), "{}", spec.name);
        for line in &releases.lines {
            assert_eq!(releases.line(&line.since).map(|found| &found.name), Some(&line.name), "{}", spec.name);
            assert!(line.kubernetes.as_deref().is_none_or(|oldest| Version::read(oldest).is_some()), "{line:?}");
        }
    }
}
