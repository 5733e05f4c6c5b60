//! Findings that somebody has allowed, with a reason and perhaps until a day.
//!
//! | file | where it is said |
//! |---|---|
//! | `comment` | beside the mistake: `# meshery: allow MSH101 until 2027-01-31: why` |
//! | `annotation` | on the object: `meshery.io/allow` |
//! | `list` | in a file of its own |
//! | `grammar` | what the first two say |
//!
//! An allowance that has no reason, that nobody needs, or whose day has passed, is a finding itself.
//!
//! ```
//! use meshery_mesh::analyze::{Options, Source, analyze_with};
//!
//! let route = "apiVersion: networking.istio.io/v1
//! kind: VirtualService
//! metadata: { name: reviews, namespace: shop }
//! spec:
//!   hosts: [reviews]
//!   http:
//!   ## meshery: allow MSH101: the Service comes with the next release
//!   - route: [{ destination: { host: reviews } }]
//! ";
//! let options = Options { select: vec!["MSH101".into()], ..Options::default() };
//! let analysis = analyze_with(&[Source::new("shop.yaml", route)], &options);
//! assert!(analysis.findings.is_empty());
//! assert_eq!(analysis.allowed[0].reason, "the Service comes with the next release");
//! ```

mod annotation;
mod comment;
mod grammar;
mod list;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use meshery_core::analyzer::Location;
use meshery_core::resource::File;
use meshery_core::{Error, Finding, Resource, RuleInfo};
use time::Date;

use super::{Allowed, Source, rule, rules};

pub(in crate::analyze) use grammar::Said;

/// Something that may be, and where.
pub(in crate::analyze) struct Allowance {
    said: Said,
    reach: Reach,
    /// Where it is said.
    place: Place,
}

/// Which findings it is about.
enum Reach {
    /// Those on lines of a file.
    Lines(Arc<str>, RangeInclusive<usize>),
    /// Those of an object.
    Object(Arc<Resource>),
    /// Those whose object and file have names like one of these; of all, where there is none.
    Named { resources: Vec<String>, files: Vec<String> },
}

/// Where it is said: in an object, or in a file that has none.
enum Place {
    Object(Arc<Resource>, Location),
    File(Location),
}

impl Reach {
    fn has(&self, finding: &Finding) -> bool {
        match self {
            Self::Lines(file, lines) => {
                **file == *finding.location.file && lines.contains(&finding.location.span.start.line)
            }
            Self::Object(object) => {
                let (span, at) = (object.root.span.range(), finding.location.span.start.offset);
                *object.file.name == *finding.location.file && span.start <= at && at <= span.end
            }
            Self::Named { resources, files } => {
                let like = |patterns: &[String], name: &str| {
                    patterns.is_empty() || patterns.iter().any(|pattern| is_like(pattern, name))
                };
                like(resources, &finding.resource) && like(files, &finding.location.file)
            }
        }
    }
}

/// Whether a name is as a pattern says, in which `*` stands for anything.
fn is_like(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// What a file says may be, on its objects and in its comments.
pub(in crate::analyze) fn of_file(file: &Arc<File>, objects: &[Arc<Resource>]) -> Vec<Allowance> {
    let mut all: Vec<Allowance> = objects.iter().flat_map(annotation::read).collect();
    all.extend(comment::read(file, objects));
    all
}

/// What a list says may be, and what cannot be read of it.
pub(in crate::analyze) fn of_list(list: &Source) -> (Vec<Allowance>, Vec<Error>) {
    let mut errors = Vec::new();
    (list::read(list, &mut errors), errors)
}

/// Takes out what is allowed, and adds what is wrong with the allowances. `today` is unknown on a machine without a clock,
/// where nothing expires; `ran` are the rules that had a chance to find something.
pub(in crate::analyze) fn apply(
    allowances: &[&Allowance],
    findings: Vec<Finding>,
    today: Option<Date>,
    ran: &[RuleInfo],
) -> (Vec<Finding>, Vec<Allowed>) {
    let mut used = BTreeSet::new();
    let (mut left, mut allowed) = (Vec::new(), Vec::new());
    let mut by_rule: BTreeMap<&str, Vec<(usize, &Allowance)>> = BTreeMap::new();
    for (at, allowance) in allowances.iter().enumerate() {
        for name in allowance.said.meant() {
            by_rule.entry(name).or_default().push((at, allowance));
        }
    }
    for finding in findings {
        let named = [&finding.code, &finding.rule].into_iter().filter_map(|name| by_rule.get(name.as_str())).flatten();
        let meant: Vec<&(usize, &Allowance)> = named.filter(|(_, it)| it.reach.has(&finding)).collect();
        let holding = meant.iter().filter(|(_, it)| it.said.holds(today)).min_by_key(|(at, _)| *at);
        if let Some((at, allowance)) = holding {
            used.insert(*at);
            allowed.push(Allowed { finding, reason: allowance.said.reason.clone() });
        } else {
            // It would be needed, if it held.
            used.extend(meant.iter().map(|(at, _)| *at));
            left.push(finding);
        }
    }
    for (at, allowance) in allowances.iter().enumerate() {
        left.extend(allowance.complaint(used.contains(&at), today, ran));
    }
    (left, allowed)
}

/// What is wrong with allowances.
const UNREASONED: &str = "MSH001";
const EXPIRED: &str = "MSH002";
const UNUSED: &str = "MSH003";

impl Allowance {
    fn complaint(&self, is_used: bool, today: Option<Date>, ran: &[RuleInfo]) -> Option<Finding> {
        let said = &self.said;
        let could_be_used = said.codes.iter().any(|code| ran.iter().any(|rule| rule.answers_to(code)));
        let (code, message, help) = if said.reason.is_empty() {
            let help = "say why behind a colon: allow CODE: why".to_owned();
            (UNREASONED, "an allowance without a reason allows nothing".to_owned(), help)
        } else if let Some(text) = &said.no_day {
            let help = "write the last day as 2027-01-31".to_owned();
            (EXPIRED, format!("{text:?} is no day, so that nothing is allowed"), help)
        } else if let Some(code) = said.codes.iter().find(|code| code.starts_with(rule::PREFIX) && !is_known(code)) {
            (
                UNUSED,
                format!("there is no rule {code}"),
                "take the allowance away, or name a rule that there is".to_owned(),
            )
        } else if let Some(day) = said.until.filter(|_| !said.holds(today)) {
            let help = "mend what was allowed, or say until when it may be".to_owned();
            (EXPIRED, format!("it was allowed until {day}"), help)
        } else if !is_used && could_be_used {
            let codes = said.codes.join(", ");
            (UNUSED, format!("{codes} is allowed here, and not found"), "take the allowance away".to_owned())
        } else {
            return None;
        };
        let rule = ran.iter().find(|rule| rule.code == code)?;
        Some(self.finding(rule, message).with_help(help))
    }

    fn finding(&self, info: &RuleInfo, message: String) -> Finding {
        match &self.place {
            Place::Object(object, location) => Finding {
                location: location.clone(),
                field: String::new(),
                ..info.finding(object, location.span.span(), message)
            },
            Place::File(location) => info.finding_in(location.clone(), message),
        }
    }
}

/// Whether there is a rule that answers to this name, or may be: somebody's own are not among ours.
pub(in crate::analyze) fn is_known(code: &str) -> bool {
    (may_be(code) && !code.starts_with(rule::PREFIX)) || rules().any(|rule| rule.answers_to(code))
}

/// Whether a word may be the code or the name of a rule, and is none of a sentence: one of ours, or with a digit or a hyphen.
fn may_be(code: &str) -> bool {
    let is_one = code.contains(|c: char| c.is_ascii_digit() || c == '-')
        && code.starts_with(|c: char| c.is_ascii_alphabetic())
        && code.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    is_one || rules().any(|rule| rule.answers_to(code))
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn patterns_stand_for_names() {
        for (pattern, name, expected) in [
            ("Service shop/*", "Service shop/reviews", true),
            ("Service shop/*", "Service stop/reviews", false),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("exact", "exact", true),
            ("exact", "exactly", false),
            ("*.yaml", "a.yaml", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(is_like(pattern, name), expected, "{pattern} {name}");
        }
    }
}
