//! The releases of a mesh, and which step from one to another is allowed.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::object::GroupKind;

/// The releases of a mesh: their order, which Kubernetes each needs, and how many may be skipped in one step.
///
/// ```
/// use meshery_core::lifecycle::{Line, Releases};
///
/// let line = |name: &str, oldest: &str| Line::new(name, name).on_kubernetes(oldest);
/// let releases = Releases {
///     lines: vec![line("1.29", "1.31"), line("1.30", "1.32")],
///     steps_up: Some(1),
///     source: "https://istio.io/latest/docs/setup/upgrade/".into(),
///     ..Releases::default()
/// };
/// assert_eq!(releases.line("1.30.3").unwrap().name, "1.30");
/// assert_eq!(releases.steps("1.29.6", "1.30.3"), Some(1));
/// assert_eq!(releases.steps("1.29.6", "1.32.0"), Some(3), "as many as the minor versions are apart");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Releases {
    /// The lines that are known, oldest first. Further ones come with time: none is refused for being unknown.
    pub lines: Vec<Line>,
    /// Whether versions do not tell their line: all that come after the begin of one belong to it until the next begins.
    pub is_dated: bool,
    /// How many lines an upgrade may go in one step; as many as one likes when there is none.
    pub steps_up: Option<u16>,
    /// Where the project says so.
    pub source: String,
}

/// A line of releases: those that differ in corrections only.
///
/// ```
/// use meshery_core::lifecycle::Line;
///
/// let line = Line::new("2.18", "edge-25.4.4").on_kubernetes("1.23");
/// assert_eq!(line.kubernetes.as_deref(), Some("1.23"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Line {
    /// Its name, for example `1.30`.
    pub name: String,
    /// Its first version.
    pub since: String,
    /// The oldest Kubernetes that it runs on.
    pub kubernetes: Option<String>,
    /// What it does not understand any more.
    pub retired: Vec<Retired>,
}

impl Line {
    /// A line that begins with a version.
    pub fn new(name: &str, since: &str) -> Self {
        Self { name: name.into(), since: since.into(), ..Self::default() }
    }

    /// The oldest Kubernetes that it runs on.
    #[must_use]
    pub fn on_kubernetes(self, oldest: &str) -> Self {
        Self { kubernetes: Some(oldest.into()), ..self }
    }

    /// What it does not understand any more.
    #[must_use]
    pub fn retiring(mut self, kind: GroupKind, field: &str, instead: &str) -> Self {
        self.retired.push(Retired { kind, field: field.into(), instead: instead.into() });
        self
    }
}

/// Something that a release does not understand any more, though the API server would still take it, or a kind that it
/// does not define any more.
///
/// ```
/// use meshery_core::GroupKind;
/// use meshery_core::lifecycle::Retired;
///
/// let retired = Retired {
///     kind: GroupKind::new("kuma.io", "Mesh"),
///     field: "/spec/mtls".into(),
///     instead: "MeshIdentity and MeshTrust".into(),
/// };
/// assert!(retired.field.starts_with('/'));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retired {
    /// Objects of which kind.
    pub kind: GroupKind,
    /// The JSON Pointer (RFC 6901) to the field; the whole object when it is empty.
    #[serde(default)]
    pub field: String,
    /// What takes its place.
    pub instead: String,
}

impl Releases {
    /// The line of a version, if it is known.
    pub fn line(&self, version: &str) -> Option<&Line> {
        self.position(version).and_then(|(line, beyond)| self.lines.get(line).filter(|_| beyond == 0))
    }

    /// The oldest Kubernetes that a version runs on, as far as it is said: a version beyond the last line that is known needs
    /// what that line needs, at least.
    pub fn kubernetes(&self, version: &str) -> Option<&str> {
        let (line, _) = self.position(version).filter(|(_, beyond)| *beyond >= 0)?;
        self.lines.get(line)?.kubernetes.as_deref()
    }

    /// How many lines lie between two versions: positive upwards. `None` when that cannot be known.
    pub fn steps(&self, from: &str, to: &str) -> Option<i64> {
        let place =
            |version| self.position(version).and_then(|(line, beyond)| Some(i64::try_from(line).ok()? + beyond));
        Some(place(to)? - place(from)?)
    }

    /// The last line that begins at a version or before, and how many minor versions lie between it and the version.
    fn position(&self, version: &str) -> Option<(usize, i64)> {
        let version = Version::read(version)?;
        let begins = |line: &Line| Version::read(&line.since).is_some_and(|since| since <= version);
        let place = self.lines.iter().rposition(begins)?;
        if self.is_dated {
            return Some((place, 0));
        }
        let since = Version::read(&self.lines[place].since)?;
        // What a new major version comes after is not known before it is there.
        let beyond = i64::try_from(version.number(1)).ok()?.checked_sub(i64::try_from(since.number(1)).ok()?)?;
        (version.number(0) == since.number(0)).then_some((place, beyond))
    }
}

/// A version as projects write it: `1.30.3`, `v1.18.0`, `edge-26.8.3`, `1.29.6-distroless`.
///
/// ```
/// use meshery_core::lifecycle::Version;
///
/// let read = |text| Version::read(text).unwrap();
/// assert!(read("1.9.11") < read("2.0.3") && read("edge-25.10.7") > read("edge-25.4.4"));
/// assert!(read("1.31.0-rc.1") < read("1.31.0"));
/// assert_eq!(read("v1.29.6-distroless").to_string(), "1.29.6");
/// assert!(Version::read("latest").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    numbers: Vec<u64>,
    /// Whether it is no candidate: candidates come before what they are candidates for.
    is_final: bool,
}

impl Version {
    /// Reads a version: the first numbers with dots between.
    pub fn read(text: &str) -> Option<Self> {
        let start = text.find(|letter: char| letter.is_ascii_digit())?;
        let (prefix, rest) = text.split_at(start);
        if !["", "v", "edge-", "stable-"].contains(&prefix) {
            return None;
        }
        let end = rest.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(rest.len());
        let (numbers, suffix) = rest.split_at(end);
        let numbers: Option<Vec<u64>> =
            numbers.trim_end_matches('.').split('.').map(|number| number.parse().ok()).collect();
        let is_candidate = ["-alpha", "-beta", "-pre", "-rc"].iter().any(|sign| suffix.starts_with(sign));
        Some(Self { numbers: numbers.filter(|numbers| numbers.len() > 1)?, is_final: !is_candidate })
    }

    fn number(&self, place: usize) -> u64 {
        self.numbers.get(place).copied().unwrap_or(0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.numbers.iter().map(u64::to_string).collect();
        f.write_str(&numbers.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minors() -> Releases {
        let lines = ["1.9", "2.0", "2.1"].map(|name| Line::new(name, name));
        Releases { lines: lines.into(), steps_up: Some(1), ..Releases::default() }
    }

    #[test]
    fn lines_follow_each_other_across_major_versions() {
        for (from, to, steps) in [
            ("1.9.11", "2.0.3", Some(1)),
            ("2.0.3", "1.9.11", Some(-1)),
            ("2.0.0", "2.0.9", Some(0)),
            ("2.0.0", "2.4.0", Some(4)),
            ("2.0.0", "3.0.0", None),
            ("1.8.0", "2.0.0", None),
            ("2.0.0", "latest", None),
        ] {
            assert_eq!(minors().steps(from, to), steps, "{from} {to}");
        }
        assert!(minors().line("2.4.0").is_none(), "it is beyond what is known");
    }

    #[test]
    fn dated_versions_belong_to_the_line_that_began_last() {
        let lines = vec![Line::new("2.18", "edge-25.4.4"), Line::new("2.19", "edge-25.10.7")];
        let releases = Releases { lines, is_dated: true, ..Releases::default() };
        assert_eq!(releases.line("edge-25.10.6").unwrap().name, "2.18");
        assert_eq!(releases.line("edge-26.1.1").unwrap().name, "2.19");
        assert!(releases.line("edge-25.1.1").is_none());
    }
}
