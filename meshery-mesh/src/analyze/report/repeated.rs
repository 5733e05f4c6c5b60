//! What is said a thousand times is said once: findings of one cause.

use std::collections::BTreeMap;

use meshery_core::Finding;

/// From how many on findings are told as one.
const MANY: usize = 5;
/// How many other places are named.
const NAMED: usize = 3;

/// A finding, and those that say the same of other places.
pub(super) struct Repeated<'a> {
    pub(super) finding: &'a Finding,
    pub(super) others: Vec<&'a Finding>,
}

/// The other places that a finding has to do with, and what was taken for granted.
pub(super) fn beside(finding: &Finding) -> impl Iterator<Item = String> {
    let related = finding.related.iter().map(|it| format!("{}: {}", it.location, it.message));
    related.chain(finding.assumes.iter().map(|it| format!("assumed that {it}")))
}

impl Repeated<'_> {
    /// What else there is to say of it, in a line: where else it is said, what it has to do with, what was taken for granted.
    pub(super) fn more(&self) -> String {
        let help = self.finding.help.iter().cloned();
        help.chain(self.elsewhere()).chain(beside(self.finding)).collect::<Vec<_>>().join("; ")
    }

    /// Where else, in a sentence; none for a finding of its own.
    pub(super) fn elsewhere(&self) -> Option<String> {
        let named: Vec<String> = self.others.iter().take(NAMED).map(|it| it.location.to_string()).collect();
        let rest = self.others.len() - named.len();
        let more = if rest > 0 { format!(", and {rest} more") } else { String::new() };
        (!named.is_empty()).then(|| format!("the same {} times more: {}{more}", self.others.len(), named.join(", ")))
    }
}

/// Findings in the order to tell them in: first what is found in many places, for it is likely to have one cause, and then
/// all others by place.
pub(super) fn told(findings: &[Finding]) -> Vec<Repeated<'_>> {
    let mut alike: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        alike.entry((&finding.code, &finding.message)).or_default().push(finding);
    }
    let is_many = |finding: &Finding| {
        alike.get(&(finding.code.as_str(), finding.message.as_str())).is_some_and(|all| all.len() >= MANY)
    };
    let single = findings.iter().filter(|it| !is_many(it)).map(|finding| Repeated { finding, others: Vec::new() });
    let many = alike.values().filter(|all| all.len() >= MANY);
    let mut many: Vec<Repeated<'_>> = many
        .filter_map(|all| {
            let (finding, others) = all.split_first()?;
            Some(Repeated { finding, others: others.to_vec() })
        })
        .collect();
    many.sort_by(|a, b| b.others.len().cmp(&a.others.len()).then_with(|| a.finding.location.cmp(&b.finding.location)));
    many.into_iter().chain(single).collect()
}
