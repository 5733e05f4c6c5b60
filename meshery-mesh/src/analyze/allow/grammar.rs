//! What an allowance says: `MSH101, MSH102 until 2027-01-31: why`.

use meshery_core::Finding;
use time::Date;
use time::format_description::well_known::Iso8601;

use super::is_known;

/// What is allowed, why, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analyze) struct Said {
    /// Codes or names of rules, ours or other tools'.
    pub(super) codes: Vec<String>,
    /// Empty when nobody has said why.
    pub(super) reason: String,
    /// The last day that it holds.
    pub(super) until: Option<Date>,
}

impl Said {
    /// Reads what stands behind the word `allow`. `None` for what names no rule.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (what, reason) = text.split_once(':').unwrap_or((text, ""));
        let (codes, until) = what.split_once(" until ").map_or((what, None), |(codes, day)| (codes, day_of(day)));
        let codes: Vec<String> =
            codes.split([',', ' ']).map(str::trim).filter(|code| !code.is_empty()).map(Into::into).collect();
        let names_one = codes.iter().any(|code| is_known(code));
        names_one.then(|| Self { codes, reason: reason.trim().into(), until })
    }

    /// Whether it is about the rule of this finding.
    pub(super) fn means(&self, finding: &Finding) -> bool {
        let of_rule = |code: &String| {
            let mut answering = super::rules().filter(|rule| rule.answers_to(code));
            answering.any(|rule| rule.code == finding.code)
        };
        self.codes.iter().any(|code| *code == finding.code || *code == finding.rule || of_rule(code))
    }

    /// Whether it has a reason, and its day has not passed.
    pub(super) fn holds(&self, today: Option<Date>) -> bool {
        let is_over = self.until.is_some_and(|until| today.is_some_and(|today| until < today));
        !self.reason.is_empty() && !is_over
    }
}

/// A day as `2027-01-31`.
pub(super) fn day_of(text: &str) -> Option<Date> {
    Date::parse(text.trim(), &Iso8601::DATE).ok()
}
