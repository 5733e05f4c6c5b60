//! Every value of a history as a row of a flat table.

use meshery_core::history::{Series, SeriesPoint};

use crate::table::{Column, counts, instants, numbers, texts, word};

/// A value, and the series that it is of.
type Row<'a> = (&'a Series, &'a SeriesPoint);

pub(super) fn values(series: &[Series]) -> Vec<Column> {
    let rows: Vec<Row<'_>> =
        series.iter().flat_map(|series| series.points.iter().map(move |point| (series, point))).collect();
    [keys(&rows), points(&rows)].concat()
}

fn keys(rows: &[Row<'_>]) -> Vec<Column> {
    vec![
        texts("workload", rows, |(series, _)| series.key.workload.clone()),
        texts("point", rows, |(series, _)| series.key.point.clone()),
        texts("arm", rows, |(series, _)| series.key.arm.clone()),
        texts("mesh", rows, |(series, _)| series.key.mesh.to_string()),
        texts("configuration", rows, |(series, _)| series.key.configuration.clone()),
        texts("environment", rows, |(series, _)| series.key.environment.clone()),
        texts("metric", rows, |(series, _)| series.key.metric.clone()),
        texts("unit", rows, |(series, _)| word(series.key.unit)),
        numbers("noise_floor", rows, |(series, _)| series.noise_floor),
    ]
}

fn points(rows: &[Row<'_>]) -> Vec<Column> {
    vec![
        counts("entry", rows, |(_, point)| Some(point.entry)),
        texts("release", rows, |(_, point)| point.release.clone()),
        instants("recorded", rows, |(_, point)| point.recorded_unix_ns),
        numbers("value", rows, |(_, point)| Some(point.value)),
        counts("runs", rows, |(_, point)| Some(point.runs.into())),
    ]
}
