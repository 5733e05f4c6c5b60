//! What is usual in a series, what is not, and where its level changed; pure.

use meshery_core::Result;
use meshery_core::comparison::Interval;
use meshery_core::history::{DatedChange, Series, SeriesKey, SeriesPoint, Standing, Trend};

use crate::compare::metrics;
use crate::stats::series::baseline::{noise_floor, prediction, surprise};
use crate::stats::series::change::detector::Detector;
use crate::stats::{mean, multiple};

/// Releases before one says what is usual.
const LEAST: usize = 5;
const ALPHA: f64 = 0.05;
/// For metrics whose own margin is absolute: what a mesh's processor time and memory may differ by between releases.
const RESOURCES: f64 = 0.05;

/// How the values of a metric compare: as ratios, unless zero is among them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Ratio,
    Difference,
}

impl Form {
    fn of(points: &[SeriesPoint]) -> Self {
        if points.iter().all(|point| point.value > 0.0) { Self::Ratio } else { Self::Difference }
    }

    fn inward(self, value: f64) -> f64 {
        if self == Self::Ratio { value.ln() } else { value }
    }

    fn outward(self, value: f64) -> f64 {
        if self == Self::Ratio { value.exp() } else { value }
    }

    /// A difference of two values within, as reports give it.
    fn difference(self, within: f64) -> f64 {
        if self == Self::Ratio { within.exp_m1() } else { within }
    }
}

fn higher_is_better(key: &SeriesKey) -> bool {
    metrics::by_name(&key.metric).is_some_and(|metric| metric.higher_is_better)
}

/// The margin of a metric between releases.
fn margin(key: &SeriesKey, form: Form) -> f64 {
    match (metrics::by_name(&key.metric), form) {
        (Some(metric), _) => metric.margin,
        (None, Form::Ratio) => RESOURCES,
        (None, Form::Difference) => 0.0,
    }
}

/// A series with its noise.
pub(super) fn series(key: SeriesKey, points: Vec<SeriesPoint>) -> Result<Series> {
    let form = Form::of(&points);
    let values: Vec<f64> = points.iter().map(|point| form.inward(point.value)).collect();
    let noise_floor = if values.len() < 2 { None } else { Some(form.difference(noise_floor(&values)?)) };
    Ok(Series { key, points, noise_floor })
}

/// The last value of each series among at most so many before it.
pub(super) fn trends(series: &[Series], last: usize) -> Result<Vec<Trend>> {
    let mut trends = series.iter().filter_map(|series| trend(series, last).transpose()).collect::<Result<Vec<_>>>()?;
    let p: Vec<f64> = trends.iter().filter_map(|trend| trend.p).collect();
    let mut adjusted = multiple::benjamini_hochberg(&p).into_iter();
    for trend in &mut trends {
        trend.p_adjusted = trend.p.and_then(|_| adjusted.next());
        trend.standing = standing(trend);
    }
    Ok(trends)
}

fn trend(series: &Series, last: usize) -> Result<Option<Trend>> {
    let Some((new, before)) = series.points.split_last() else { return Ok(None) };
    let before = &before[before.len().saturating_sub(last)..];
    let form = Form::of(&series.points);
    let mut trend = Trend {
        key: series.key.clone(),
        value: new.value,
        releases: before.len() as u32,
        usual: None,
        difference: None,
        margin: margin(&series.key, form),
        p: None,
        p_adjusted: None,
        standing: Standing::TooFewReleases,
    };
    if before.len() < LEAST {
        return Ok(Some(trend));
    }
    let values: Vec<f64> = before.iter().map(|point| form.inward(point.value)).collect();
    let new = form.inward(new.value);
    trend.difference = Some(form.difference(new - mean(&values).unwrap_or(new)));
    let outward = |usual: Interval| Interval { low: form.outward(usual.low), high: form.outward(usual.high) };
    trend.usual = prediction(&values, 1.0 - ALPHA)?.map(outward);
    trend.p = surprise(&values, new)?;
    Ok(Some(trend))
}

/// Values that never varied make any difference beyond the margin a surprise.
fn standing(trend: &Trend) -> Standing {
    let Some(difference) = trend.difference else { return Standing::TooFewReleases };
    let surprising = trend.p_adjusted.is_none_or(|p| p <= ALPHA);
    if !surprising || difference.abs() <= trend.margin {
        Standing::Usual
    } else if (difference > 0.0) == higher_is_better(&trend.key) {
        Standing::SuspectedImprovement
    } else {
        Standing::SuspectedRegression
    }
}

/// The lasting changes of a series that are larger than the metric's margin.
pub(super) fn changes(series: &Series) -> Result<Vec<DatedChange>> {
    let form = Form::of(&series.points);
    let values: Vec<f64> = series.points.iter().map(|point| form.inward(point.value)).collect();
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let margin = margin(&series.key, form);
    let min_shift = if form == Form::Ratio { margin.ln_1p() } else { margin };
    let found = Detector { min_shift, ..Detector::default() }.change_points(&values)?;
    let dated = found.into_iter().map(|change| {
        let first = &series.points[change.at];
        DatedChange {
            key: series.key.clone(),
            release: first.release.clone(),
            recorded_unix_ns: first.recorded_unix_ns,
            before: form.outward(change.before),
            after: form.outward(change.after),
            difference: form.difference(change.shift()),
            worse: (change.shift() > 0.0) != higher_is_better(&series.key),
            p: change.p,
        }
    });
    Ok(dated.collect())
}
