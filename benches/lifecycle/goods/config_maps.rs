//! Small ConfigMaps, many of them.

use std::fmt::Write as _;

use meshery_core::InstanceSpec;

use super::{Goods, MANIFEST, Release};
use crate::Result;
use crate::bed::Bed;
use crate::folder::Folder;

const NAMESPACE: &str = "config-maps";
const CHART: &str = "{ apiVersion: v2, name: config-maps, version: 0.1.0 }\n";

pub(crate) fn goods(bed: &Bed, number: usize) -> Result<Goods> {
    let folder = Folder::new()?;
    let mut manifest = String::new();
    for place in 0..number {
        // Writing to a string cannot fail.
        let _ = write!(
            manifest,
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config-{place:05}\n  namespace: {NAMESPACE}\ndata:\n  \
             place: \"{place}\"\n"
        );
    }
    folder.write(MANIFEST, &manifest)?;
    folder.write("chart/Chart.yaml", CHART)?;
    folder.write("chart/templates/all.yaml", &manifest)?;
    let release = Release {
        name: "config-maps",
        chart: folder.path().join("chart"),
        values: folder.write("values.yaml", "{}\n")?,
    };
    let spec = InstanceSpec::new("config-maps", NAMESPACE, vec![]);
    Goods::of(bed, folder, spec, NAMESPACE, vec![release])
}
