//! Every effect as a row of a flat table.

use meshery_core::Effect;
use meshery_core::comparison::Interval;

use super::Subject;
use crate::table::{Column, counts, flags, numbers, texts, word};

/// An effect, and where it belongs.
type Row<'a> = ((&'a str, &'a str), &'a Effect);

/// Every effect of a comparison or a campaign as a row: one for each workload, point of load, arm and metric, in the order
/// of the result. Workload and point are empty where there are none.
///
/// ```
/// # fn example(comparison: &meshery_core::Comparison) {
/// let columns = meshery_perf::report::effects(comparison);
/// assert!(columns.iter().any(|column| column.name == "p_adjusted"));
/// assert!(columns.iter().all(|column| column.values.len() == comparison.effects.len()));
/// # }
/// ```
pub fn effects<'a>(subject: impl Into<Subject<'a>>) -> Vec<Column> {
    let subject = subject.into();
    let cells = subject.names().into_iter().zip(subject.cells());
    let rows: Vec<Row<'a>> = cells
        .flat_map(|(names, (_, comparison))| comparison.effects.iter().map(move |effect| (names, effect)))
        .collect();
    [identity(&rows), estimates(&rows), evidence(&rows), conclusion(&rows)].concat()
}

fn identity(rows: &[Row<'_>]) -> Vec<Column> {
    vec![
        texts("workload", rows, |((workload, _), _)| (*workload).into()),
        texts("point", rows, |((_, point), _)| (*point).into()),
        texts("arm", rows, |(_, effect)| effect.arm.clone()),
        texts("baseline", rows, |(_, effect)| effect.baseline.clone()),
        texts("metric", rows, |(_, effect)| effect.metric.clone()),
        texts("unit", rows, |(_, effect)| word(effect.unit)),
        texts("scale", rows, |(_, effect)| word(effect.scale)),
        counts("runs", rows, |(_, effect)| Some(effect.runs.into())),
    ]
}

fn estimates(rows: &[Row<'_>]) -> Vec<Column> {
    let low = |interval: Option<Interval>| interval.map(|interval| interval.low);
    let high = |interval: Option<Interval>| interval.map(|interval| interval.high);
    vec![
        numbers("baseline_value", rows, |(_, effect)| effect.baseline_value),
        numbers("arm_value", rows, |(_, effect)| effect.arm_value),
        numbers("difference", rows, |(_, effect)| effect.difference),
        numbers("ci95_low", rows, |(_, effect)| low(effect.ci95)),
        numbers("ci95_high", rows, |(_, effect)| high(effect.ci95)),
        numbers("ci90_low", rows, |(_, effect)| low(effect.ci90)),
        numbers("ci90_high", rows, |(_, effect)| high(effect.ci90)),
    ]
}

fn evidence(rows: &[Row<'_>]) -> Vec<Column> {
    vec![
        numbers("p", rows, |(_, effect)| effect.p),
        numbers("p_adjusted", rows, |(_, effect)| effect.p_adjusted),
        counts("family", rows, |(_, effect)| Some(effect.family.into())),
        numbers("margin", rows, |(_, effect)| Some(effect.margin)),
        numbers("detectable", rows, |(_, effect)| effect.detectable),
        counts("runs_needed", rows, |(_, effect)| effect.runs_needed.map(u64::from)),
    ]
}

fn conclusion(rows: &[Row<'_>]) -> Vec<Column> {
    let reasons =
        |effect: &Effect| effect.reasons.iter().map(|reason| reason.message.as_str()).collect::<Vec<_>>().join("; ");
    vec![
        texts("verdict", rows, |(_, effect)| effect.verdict.to_string()),
        flags("beyond_margin", rows, |(_, effect)| effect.beyond_margin),
        flags("differs", rows, |(_, effect)| effect.differs),
        texts("method", rows, |(_, effect)| effect.method.clone()),
        texts("reasons", rows, |(_, effect)| reasons(effect)),
    ]
}
