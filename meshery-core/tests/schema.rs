//! The published schemas are those of the code. `MESHERY_UPDATE=1 cargo test -p meshery-core` writes them.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "the ban on I/O is the library's")]

use std::path::Path;

#[test]
fn published_schemas_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let update = std::env::var_os("MESHERY_UPDATE").is_some();
    for (name, schema) in meshery_core::schema::all() {
        let path = folder.join(format!("{name}.schema.json"));
        let current = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if update {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &current).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(published == current, "{} is stale: run MESHERY_UPDATE=1 cargo test -p meshery-core", path.display());
    }
}
