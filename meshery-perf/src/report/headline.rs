//! The result in plain words, one sentence for each arm, said no more strongly than its verdicts allow.

use meshery_core::{Effect, Verdict};

use super::markup::{Element, tag};
use super::text;
use super::view::{Metric, View, amount, amounts, differs};

/// The metrics of which a sentence speaks even when there is no difference.
const SPOKEN: [&str; 4] = ["latency.p50", "latency.p99", "cpu_per_1000_requests", "memory"];

/// A sentence in which some words are stressed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sentence(Vec<(String, bool)>);

impl Sentence {
    fn plain(mut self, words: impl Into<String>) -> Self {
        self.0.push((words.into(), false));
        self
    }

    fn strong(mut self, words: impl Into<String>) -> Self {
        self.0.push((words.into(), true));
        self
    }

    fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Joined as people join a list, with this word before the last.
    fn list(parts: Vec<Self>, last: &str) -> Self {
        let count = parts.len();
        parts.into_iter().enumerate().fold(Self::default(), |sentence, (index, part)| {
            let joint = match count - index {
                _ if index == 0 => "",
                1 => last,
                _ => ", ",
            };
            sentence.plain(joint).then(part)
        })
    }

    /// As markup.
    pub(super) fn element(&self) -> Element {
        self.0.iter().fold(
            tag("p"),
            |line, (words, strong)| {
                if *strong { line.child(tag("strong").text(words)) } else { line.text(words) }
            },
        )
    }
}

impl std::fmt::Display for Sentence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|(words, _)| f.write_str(words))
    }
}

/// The sentence on an arm against the baseline.
pub(super) fn of_arm(view: View<'_>, arm: &str) -> Sentence {
    let all: Vec<&Effect> = view.0.effects.iter().filter(|effect| effect.arm == arm).collect();
    let spoken: Vec<&Effect> = SPOKEN.iter().filter_map(|metric| view.0.effect(arm, metric)).collect();
    let rare = ["errors", "throughput"].iter().filter_map(|metric| view.0.effect(arm, metric));
    let told: Vec<&Effect> = rare.filter(|effect| differs(effect)).chain(spoken.iter().copied()).collect();
    let subject = Sentence::default().strong(arm);
    if told.is_empty() {
        return subject.plain(" has no verdict.");
    }
    if all.iter().all(|effect| effect.verdict == Verdict::Invalid) {
        let why = all.iter().find_map(|effect| effect.reasons.first());
        return subject
            .plain(" cannot be judged")
            .plain(why.map_or(String::new(), |why| format!(": {}", text::reason(why))))
            .plain(".");
    }
    subject.plain(" ").then(Sentence::list(clauses(&told), ", and ")).plain(".")
}

/// The sentence on the A/A control, without which no other can be believed.
pub(super) fn of_control(view: View<'_>) -> Sentence {
    let baseline = view.baseline();
    let Some(control) = view.control() else {
        return Sentence::default()
            .plain(format!("There is no A/A control, so nothing shows that {baseline} would equal itself here."));
    };
    let of_whole = |effect: &&Effect| Metric::of(&effect.metric).process.is_none();
    let effects: Vec<&Effect> = view.effects(&control.name).filter(of_whole).collect();
    let named = |wanted: &dyn Fn(&Effect) -> bool| -> Vec<String> {
        effects.iter().filter(|effect| wanted(effect)).map(|effect| Metric::of(&effect.metric).phrase()).collect()
    };
    let subject = Sentence::default().plain("The control ").strong(&control.name);
    let moved = named(&differs);
    if !moved.is_empty() {
        let found = format!(", which is {baseline} a second time, differs from it in {}", text::list(&moved));
        return subject.plain(found).plain(": differences of that size are made by this setup, not by a mesh.");
    }
    let count = |verdict| effects.iter().filter(|effect| effect.verdict == verdict).count();
    let (equivalent, all) = (count(Verdict::Equivalent), effects.len());
    if all == 0 || count(Verdict::Invalid) == all {
        return subject.plain(" has no verdict, so nothing shows that this setup sees no false differences.");
    }
    let shown = format!(
        ", which is {baseline} a second time, shows no difference: equivalent in {equivalent} of {all} metrics"
    );
    let open = named(&|effect| effect.verdict == Verdict::Inconclusive);
    let rest = if open.is_empty() { String::new() } else { format!(", inconclusive in {}", text::list(&open)) };
    subject.plain(shown + &rest + ".")
}

/// A verb, the joint to the metric, and of which effects it is said.
type Group = (&'static str, &'static str, fn(&Effect) -> bool);

fn clauses(effects: &[&Effect]) -> Vec<Sentence> {
    let mut interval_named = false;
    let groups: [Group; 7] = [
        ("adds ", " to ", |effect| differs(effect) && !is_resource(effect) && amount(effect) > Some(0.0)),
        ("takes ", " off ", |effect| differs(effect) && !is_resource(effect) && amount(effect) <= Some(0.0)),
        ("costs ", " ", |effect| is_resource(effect) && effect.verdict == Verdict::Regressed),
        ("saves ", " ", |effect| is_resource(effect) && effect.verdict == Verdict::Improved),
        ("shows no difference beyond ", " in ", |effect| limit(effect).is_some()),
        ("leaves open ", "", |effect| effect.verdict == Verdict::Inconclusive && limit(effect).is_none()),
        ("cannot be judged on ", "", |effect| effect.verdict == Verdict::Invalid),
    ];
    let mut clauses = Vec::new();
    for (verb, joint, belongs) in groups {
        let parts: Vec<Sentence> = effects
            .iter()
            .filter(|effect| belongs(effect))
            .map(|effect| part(effect, joint, &mut interval_named))
            .collect();
        if !parts.is_empty() {
            clauses.push(Sentence::default().plain(verb).then(Sentence::list(parts, " and ")));
        }
    }
    clauses
}

fn is_resource(effect: &Effect) -> bool {
    matches!(Metric::of(&effect.metric).name, "cpu_per_1000_requests" | "memory")
}

/// Beyond which size there is no difference, where that is shown. An inconclusive effect shows it only when zero lies in
/// its interval: with too few runs for a verdict, the difference itself may well be large.
fn limit(effect: &Effect) -> Option<f64> {
    match effect.verdict {
        Verdict::Equivalent => text::finite(Some(effect.margin)),
        Verdict::Inconclusive if effect.ci95.is_some_and(|interval| interval.contains(0.0)) => {
            text::finite(effect.detectable)
        }
        _ => None,
    }
}

/// An amount and what it is of: `0.41 ms to the median (95 % interval 0.39 to 0.43 ms)`.
fn part(effect: &Effect, joint: &str, interval_named: &mut bool) -> Sentence {
    let metric = Metric::of(&effect.metric).phrase();
    let of_metric = |size: String| Sentence::default().strong(size).plain(format!("{joint}{metric}"));
    match (effect.verdict, limit(effect)) {
        (Verdict::Invalid, _) => Sentence::default().plain(metric),
        (_, Some(limit)) => of_metric(text::extent(effect, limit)),
        (Verdict::Improved | Verdict::Regressed, None) => {
            let size = amount(effect).map_or(text::NONE.into(), |size| text::amount(effect.unit, size));
            let interval = if is_resource(effect) { String::new() } else { interval(effect, interval_named) };
            of_metric(size).plain(interval)
        }
        (Verdict::Equivalent | Verdict::Inconclusive, None) => {
            let measured = text::finite(effect.difference).map(|_| text::change(effect, effect.difference));
            let measured = measured.map_or(String::new(), |change| format!(" ({change} measured)"));
            Sentence::default().plain(metric + &measured)
        }
    }
}

fn interval(effect: &Effect, named: &mut bool) -> String {
    let Some(ends) = amounts(effect) else { return String::new() };
    // A decrease is told by its verb, so its interval is turned around to be read without signs.
    let turned = amount(effect).is_some_and(|size| size < 0.0);
    let ends = if turned { meshery_core::comparison::Interval { low: -ends.high, high: -ends.low } } else { ends };
    let name = if std::mem::replace(named, true) { "" } else { "95 % interval " };
    format!(" ({name}{})", text::amounts(effect.unit, ends))
}
