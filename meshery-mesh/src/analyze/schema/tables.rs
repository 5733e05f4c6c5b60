//! What definitions of kinds say, without a cluster: tables that `cargo xtask schemas` derives from the published ones.
//!
//! A line is a kind, `VERSION KIND SCOPE SCHEMA`, or a definition that others refer to, `#NAME SCHEMA`. A schema is JSON, or
//! `=VERSION` for the same as in that version of the kind. Nothing is parsed before somebody asks for it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

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

/// A schema that is parsed when it is first asked for.
pub(super) struct Lazy {
    text: &'static str,
    schema: OnceLock<Arc<Schema>>,
}

impl Lazy {
    fn new(text: &'static str) -> Self {
        Self { text, schema: OnceLock::new() }
    }

    pub(super) fn get(&self) -> &Arc<Schema> {
        self.schema.get_or_init(|| {
            Arc::new(serde_json::from_str(self.text).map_or_else(|_| Schema::default(), |value| Schema::read(&value)))
        })
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
        GIVEN.get_or_init(|| Self::read(TABLES))
    }

    fn read(tables: &'static [&'static str]) -> Self {
        let mut all = Self { kinds: BTreeMap::new(), definitions: BTreeMap::new() };
        for line in tables.iter().flat_map(|table| table.lines()) {
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
            let row = Row { version, schema, parsed: Lazy::new(schema) };
            all.kinds.entry(kind).or_default().entry(group).or_default().push(row);
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
