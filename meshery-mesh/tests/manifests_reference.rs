//! Real manifests of nine meshes, which lie beside the repository and are never copied into it: every object is read, and
//! everybody comes after whom he needs.

use std::fs;
use std::path::Path;

use crate::support::shared::data;
use meshery_core::Object;
use meshery_mesh::analyze::Source;
use meshery_mesh::lifecycle::graph::{Graph, Need};
use meshery_mesh::lifecycle::manifests;
use serde_json::Value;

fn read(folder: &Path, file: &str) -> Vec<Object> {
    manifests::read(&[Source::new(file, fs::read(folder.join(file)).unwrap())]).unwrap()
}

#[test]
fn every_object_of_every_mesh_is_read_and_finds_its_place() {
    let Some(folder) = data("mesh-manifests") else { return };
    let index: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    let (mut files, mut served, mut ready) = (0, 0, 0);
    for release in index.iter().flat_map(|profile| profile["releases"].as_array().unwrap()) {
        let file = release["file"].as_str().unwrap();
        let objects = read(&folder, file);
        assert_eq!(Some(objects.len() as u64), release["objects"].as_u64(), "{file}");
        let graph = Graph::of(&objects);
        let order = graph.order();
        assert_eq!(order.len(), objects.len(), "{file}: everybody comes");
        for (place, who) in order.iter().enumerate() {
            for (whom, need) in graph.needs(*who) {
                assert!(order[..place].contains(whom), "{file}: {} before {}", objects[*whom], objects[*who]);
                served += usize::from(*need == Need::Served);
                ready += usize::from(*need == Need::Ready);
            }
        }
        files += 1;
    }
    assert!(files > 50 && served > 0 && ready > 0, "{files} files, {served} served, {ready} ready");
}

#[test]
fn the_order_is_that_of_the_set_and_not_of_the_file() {
    let Some(folder) = data("mesh-manifests") else { return };
    for file in ["istio/1.30.3/default/2-istiod.yaml", "nsm/1.18.0/default/1-spire.yaml"] {
        if !folder.join(file).exists() {
            continue;
        }
        let mut objects = read(&folder, file);
        let edges = |objects: &[Object]| {
            let graph = Graph::of(objects);
            let of = |who: usize| graph.needs(who).iter().map(move |(whom, need)| (who, *whom, *need));
            let named = (0..objects.len()).flat_map(of);
            let mut named: Vec<_> =
                named.map(|(who, whom, need)| (objects[who].id(), objects[whom].id(), need)).collect();
            named.sort();
            named
        };
        let forwards = edges(&objects);
        assert!(!forwards.is_empty());
        objects.reverse();
        assert_eq!(edges(&objects), forwards, "{file}");
    }
}
