//! What definitions of kinds say, without a cluster: tables that `cargo xtask schemas` derives from the published ones.
//!
//! A line is a kind, `VERSION KIND SCOPE SCHEMA`, or a definition that others refer to, `#NAME SCHEMA`. A schema is JSON, or
//! `=VERSION` for the same as in that version of the kind. Nothing is parsed before somebody asks for it.
//!
//! A table is of a release. What a mesh has since merged, and rules here know of, is in `ahead.txt`, written by hand, and so is
//! what a specification says and its definitions do not, as of SMI: kinds, and fields that are added to those of the tables. A
//! line of it goes when a release has what it says.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::model::Schema;

/// The tables, by where they come from.
const TABLES: &[&str] = &[
    include_str!("tables/cilium.txt"),
    include_str!("tables/consul.txt"),
    include_str!("tables/gateway-api.txt"),
    include_str!("tables/istio.txt"),
    include_str!("tables/kubernetes.txt"),
    include_str!("tables/kuma.txt"),
    include_str!("tables/linkerd.txt"),
    include_str!("tables/smi.txt"),
];

/// What no release had when the tables were derived.
const AHEAD: &str = include_str!("tables/ahead.txt");

/// A schema that is parsed when it is first asked for.
pub(super) struct Lazy {
    text: &'static str,
    ahead: Option<&'static str>,
    schema: OnceLock<Arc<Schema>>,
}

impl Lazy {
    fn new(text: &'static str) -> Self {
        Self { text, ahead: None, schema: OnceLock::new() }
    }

    pub(super) fn get(&self) -> &Arc<Schema> {
        self.schema.get_or_init(|| Arc::new(Schema::read(&self.value())))
    }

    fn value(&self) -> Value {
        // That every text is JSON is tested.
        let mut value = serde_json::from_str(self.text).unwrap_or_default();
        if let Some(ahead) = self.ahead.and_then(|ahead| serde_json::from_str(ahead).ok()) {
            add(&mut value, ahead);
        }
        value
    }
}

/// Adds what a map has to another one, at every depth.
fn add(value: &mut Value, more: Value) {
    match (value, more) {
        (Value::Object(fields), Value::Object(more)) => {
            for (name, more) in more {
                add(fields.entry(name).or_insert(Value::Null), more);
            }
        }
        (value, more) => *value = more,
    }
}

/// A kind in one version.
pub(super) struct Row {
    pub(super) version: &'static str,
    schema: &'static str,
    parsed: Lazy,
}

/// All tables.
pub(super) struct Tables {
    /// By kind, and then by group.
    kinds: BTreeMap<&'static str, BTreeMap<&'static str, Vec<Row>>>,
    definitions: BTreeMap<&'static str, Lazy>,
}

impl Tables {
    /// The tables of this program.
    pub(super) fn get() -> &'static Self {
        static GIVEN: OnceLock<Tables> = OnceLock::new();
        GIVEN.get_or_init(|| Self::read(TABLES, AHEAD))
    }

    fn read(tables: &'static [&'static str], ahead: &'static str) -> Self {
        let mut all = Self { kinds: BTreeMap::new(), definitions: BTreeMap::new() };
        for line in tables.iter().flat_map(|table| table.lines()).chain(ahead.lines()) {
            if let Some((name, schema)) = line.strip_prefix('#').and_then(|rest| rest.split_once(' ')) {
                all.definitions.insert(name, Lazy::new(schema));
                continue;
            }
            let mut words = line.splitn(4, ' ');
            let (Some(version), Some(kind), Some(_scope), Some(schema)) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                continue;
            };
            let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
            let rows = all.kinds.entry(kind).or_default().entry(group).or_default();
            match rows.iter_mut().find(|row| row.version == version) {
                Some(row) => row.parsed.ahead = Some(schema),
                None => rows.push(Row { version, schema, parsed: Lazy::new(schema) }),
            }
        }
        all
    }

    /// All kinds, by group.
    #[cfg(feature = "cluster")]
    pub(super) fn kinds(&self) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
        self.kinds.iter().flat_map(|(kind, groups)| groups.keys().map(|group| (*group, *kind)))
    }

    /// A kind in all its versions.
    pub(super) fn rows(&self, group: &str, kind: &str) -> &[Row] {
        self.kinds.get(kind).and_then(|groups| groups.get(group)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The schema of one of them.
    pub(super) fn schema<'t>(rows: &'t [Row], version: &str) -> Option<&'t Arc<Schema>> {
        let row = rows.iter().find(|row| row.version == version)?;
        match row.schema.strip_prefix('=') {
            Some(other) => rows.iter().find(|row| row.version == other).map(|row| row.parsed.get()),
            None => Some(row.parsed.get()),
        }
    }

    /// A definition that others refer to.
    pub(super) fn definition(&self, name: &str) -> Option<&Arc<Schema>> {
        self.definitions.get(name).map(Lazy::get)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_json_and_what_is_ahead_adds_something() {
        let tables = Tables::get();
        let rows = tables.kinds.values().flat_map(BTreeMap::values).flatten();
        let mut ahead = 0;
        for row in rows.filter(|row| !row.schema.starts_with('=')) {
            assert!(serde_json::from_str::<Value>(row.schema).is_ok(), "{}", row.schema);
            if let Some(more) = row.parsed.ahead {
                let released: Value = serde_json::from_str(row.schema).expect("JSON");
                let mut both = released.clone();
                add(&mut both, serde_json::from_str(more).expect("JSON"));
                assert_ne!(both, released, "a release has this: take it out of ahead.txt: {more}");
                ahead += 1;
            }
        }
        assert!(ahead > 0);
        assert!(tables.definitions.values().all(|lazy| serde_json::from_str::<Value>(lazy.text).is_ok()));
    }

    #[test]
    fn fields_that_are_ahead_stand_beside_those_of_the_release() {
        static RELEASED: &[&str] =
            &[r#"mesh.io/v1 Route Namespaced {"properties":{"spec":{"properties":{"host":{"type":"string"}}}}}"#];
        let tables = Tables::read(
            RELEASED,
            r#"mesh.io/v1 Route Namespaced {"properties":{"spec":{"properties":{"port":{"type":"integer"}}}}}"#,
        );
        let schema = Tables::schema(tables.rows("mesh.io", "Route"), "v1").expect("a row");
        assert_eq!(schema.fields["spec"].fields.keys().map(|name| &**name).collect::<Vec<_>>(), ["host", "port"]);
    }
}
