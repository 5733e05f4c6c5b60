//! What an allowance says: `MSH101, MSH102 until 2027-01-31: why`.

use std::collections::BTreeSet;

use time::Date;
use time::format_description::well_known::Iso8601;

use super::may_be;

/// What is allowed, why, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analyze) struct Said {
    /// Codes or names of rules, ours or other tools'.
    pub(super) codes: Vec<String>,
    /// Empty when nobody has said why.
    pub(super) reason: String,
    /// The last day that it holds.
    pub(super) until: Option<Date>,
    /// What was written in its place and is none.
    pub(super) no_day: Option<String>,
}

impl Said {
    /// Reads what stands behind the word `allow`. `None` for what names no rule.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (what, reason) = text.split_once(':').unwrap_or((text, ""));
        let (codes, day) = what.split_once(" until ").map_or((what, None), |(codes, day)| (codes, Some(day)));
        let until = day.and_then(day_of);
        let no_day = day.filter(|_| until.is_none()).map(|day| day.trim().to_owned());
        let codes: Vec<String> =
            codes.split([',', ' ']).map(str::trim).filter(|code| !code.is_empty()).map(Into::into).collect();
        let names_one = codes.iter().any(|code| may_be(code));
        names_one.then(|| Self { codes, reason: reason.trim().into(), until, no_day })
    }

    /// The codes and names of rules that it is about.
    pub(super) fn meant(&self) -> BTreeSet<&str> {
        let answers = |rule: &&crate::analyze::Rule| self.codes.iter().any(|code| rule.answers_to(code));
        let named = self.codes.iter().map(String::as_str);
        named.chain(super::rules().filter(answers).map(|rule| rule.code)).collect()
    }

    /// Whether it has a reason, and its day is one and has not passed.
    pub(super) fn holds(&self, today: Option<Date>) -> bool {
        let is_over = self.until.is_some_and(|until| today.is_some_and(|today| until < today));
        !self.reason.is_empty() && self.no_day.is_none() && !is_over
    }
}

/// A day as `2027-01-31`.
pub(super) fn day_of(text: &str) -> Option<Date> {
    Date::parse(text.trim(), &Iso8601::DATE).ok()
}
