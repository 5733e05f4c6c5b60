//! Which rules run, and what they are told beside the objects.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use meshery_core::Severity;
use meshery_core::analyzer::Category;
use meshery_core::world::Settings;

use time::{Date, OffsetDateTime};

use super::{Rule, Source, rules};

/// A choice of rules.
///
/// ```
/// use meshery_mesh::analyze::Profile;
///
/// assert_eq!(Profile::default(), Profile::Recommended);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// Only what is wrong whatever one wants.
    Correctness,
    /// And what lets in, or through, whom nobody meant to.
    Security,
    /// And what the meshes' own documentation says to do otherwise.
    #[default]
    Recommended,
    /// Every rule.
    All,
    /// The rules that answer to a code of istioctl, with its verdicts, its mistakes among them.
    Istioctl,
}

impl Profile {
    fn has(self, rule: &Rule) -> bool {
        match self {
            Self::Correctness => rule.category == Category::Correctness,
            Self::Security => rule.category != Category::Practice,
            Self::Recommended | Self::All => true,
            Self::Istioctl => !rule.upstream.is_empty(),
        }
    }
}

/// Which rules run, and what they are told beside the objects.
///
/// ```
/// use meshery_mesh::analyze::Options;
///
/// let options = Options { select: vec!["IST0101".into()], closed: true, ..Options::default() };
/// assert!(options.now.is_none(), "nothing is called expired");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The choice of rules.
    pub profile: Profile,
    /// Only these of them, by code, name, another tool's code, or the name of one of istioctl's analyzers; all when there
    /// is none.
    pub select: Vec<String>,
    /// Whether the objects are all that there are, so that what is not among them does not exist.
    pub closed: bool,
    /// What time it is, since 1970 in UTC; without it nothing is called expired.
    pub now: Option<Duration>,
    /// The configuration of the mesh as istiod reads it, where it is not in a ConfigMap among the objects.
    pub mesh_config: Option<Source>,
    /// The networks of the mesh as istiod reads them.
    pub mesh_networks: Option<Source>,
    /// How bad the findings of some rules are, whatever the rules say, by code, name or another tool's code.
    pub severities: Vec<(String, Severity)>,
    /// A list of what is allowed.
    pub allow: Option<Source>,
    /// The fingerprints of what was there before, and is not told again.
    pub baseline: BTreeSet<String>,
    /// Whether what a file of the same name has no longer is to be removed, where [`order()`](fn@super::order) is asked.
    pub prune: bool,
}

impl Options {
    /// The default ones at this time; on a machine without a clock, at none.
    pub fn at_this_time() -> Self {
        let has_clock = cfg!(not(all(target_family = "wasm", target_os = "unknown")));
        let now = has_clock.then(|| SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()).flatten();
        Self { now, ..Self::default() }
    }

    pub(super) fn settings(&self) -> Settings {
        Settings { closed: self.closed, now: self.now, compatible: self.profile == Profile::Istioctl }
    }

    pub(super) fn rules(&self) -> Vec<&'static Rule> {
        let wanted = |rule: &Rule| self.select.is_empty() || self.select.iter().any(|name| rule.answers_to(name));
        rules().filter(|rule| self.profile.has(rule) && wanted(rule)).collect()
    }

    /// How bad a rule's findings are, if not as bad as it says.
    pub(super) fn severity_of(&self, code: &str) -> Option<Severity> {
        let rule = rules().find(|rule| rule.answers_to(code))?;
        self.severities.iter().rev().find(|(name, _)| rule.answers_to(name)).map(|(_, severity)| *severity)
    }

    /// What day it is in UTC.
    pub(super) fn today(&self) -> Option<Date> {
        let seconds = i64::try_from(self.now?.as_secs()).ok()?;
        Some(OffsetDateTime::from_unix_timestamp(seconds).ok()?.date())
    }
}
