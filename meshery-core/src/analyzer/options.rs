//! What an analysis is asked: which files, which rules, and what they are told beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rule::{Category, Severity};
use crate::world::Settings;

/// A file to analyze, or a text that has a name like one.
///
/// ```
/// use meshery_core::analyzer::Source;
///
/// let source = Source::new("-", "kind: List\n");
/// assert_eq!((source.name.as_str(), source.is_running), ("-", false));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The name that findings and errors give it.
    pub name: String,
    /// What it holds; text that is not UTF-8 becomes an error with a place.
    #[serde(serialize_with = "as_text", deserialize_with = "of_text")]
    #[schemars(with = "String")]
    pub text: Vec<u8>,
    /// The cluster that its objects belong to, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Whether its objects are those of a cluster, in whose place those of files stand that have the same names.
    #[serde(default)]
    pub is_running: bool,
}

impl Source {
    /// A file with this name and content.
    pub fn new(name: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), text: text.into(), cluster: None, is_running: false }
    }

    /// A file of this cluster.
    #[must_use]
    pub fn of_cluster(self, cluster: impl Into<String>) -> Self {
        Self { cluster: Some(cluster.into()), ..self }
    }

    /// What runs on a cluster: objects of files take the place of those in it.
    #[must_use]
    pub fn running(self) -> Self {
        Self { is_running: true, ..self }
    }
}

fn as_text<S: Serializer>(text: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(text))
}

fn of_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    String::deserialize(deserializer).map(String::into_bytes)
}

/// A choice of rules.
///
/// ```
/// use meshery_core::analyzer::Profile;
///
/// assert_eq!(Profile::default(), Profile::Recommended);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Profile {
    /// Only what is wrong whatever one wants.
    Correctness,
    /// And what lets in, or through, whom nobody meant to.
    Security,
    /// And what the meshes' own documentation says to do otherwise, where it is worth a warning.
    #[default]
    Recommended,
    /// Every rule.
    All,
    /// The rules that answer to a code of istioctl, with its verdicts, its mistakes among them.
    Istioctl,
}

impl Profile {
    /// Whether rules that answer to no code of istioctl are of this choice.
    pub fn has(self, category: Category, severity: Severity) -> bool {
        match self {
            Self::Correctness => category == Category::Correctness,
            Self::Security => category != Category::Practice,
            Self::Recommended => category != Category::Practice || severity > Severity::Info,
            Self::All => true,
            Self::Istioctl => false,
        }
    }
}

/// Which rules run, and what they are told beside the objects.
///
/// ```
/// use meshery_core::{analyzer::Options, json};
///
/// let options: Options = json::read(r#"{ "select": ["IST0101"], "closed": true }"#).unwrap();
/// assert!(options.now.is_none(), "nothing is called expired");
/// assert_eq!(options, Options { select: vec!["IST0101".into()], closed: true, ..Options::default() });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The choice of rules.
    pub profile: Profile,
    /// Only these of them, by code, name, another tool's code, or the name of one of istioctl's analyzers; all when there
    /// is none.
    pub select: Vec<String>,
    /// Not these of them.
    pub ignore: Vec<String>,
    /// Whether the objects are all that there are, so that what is not among them does not exist.
    pub closed: bool,
    /// What time it is, in seconds since 1970 in UTC; without it nothing is called expired.
    #[serde(with = "seconds")]
    #[schemars(with = "Option<u64>")]
    pub now: Option<Duration>,
    /// The configuration of the mesh as istiod reads it, where it is not in a ConfigMap among the objects.
    pub mesh_config: Option<Source>,
    /// The networks of the mesh as istiod reads them.
    pub mesh_networks: Option<Source>,
    /// How bad the findings of some rules are, whatever the rules say, by code, name or another tool's code.
    pub severities: BTreeMap<String, Severity>,
    /// Rules of one's own, in CEL.
    pub rules: Vec<Source>,
    /// A list of what is allowed.
    pub allow: Option<Source>,
    /// Whether what a file of the same name has no longer is to be removed, where the order of changes is asked for.
    pub prune: bool,
    /// The fingerprints of what was there before, and is not told again.
    pub baseline: BTreeSet<String>,
}

impl Options {
    /// What a world is told.
    pub fn settings(&self) -> Settings {
        Settings { closed: self.closed, now: self.now, compatible: self.profile == Profile::Istioctl }
    }
}

/// A time as whole seconds.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands a reference over")]
    pub(super) fn serialize<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        time.map(|time| time.as_secs()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_secs))
    }
}
