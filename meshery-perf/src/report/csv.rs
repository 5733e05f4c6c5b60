//! `effects.csv`: every effect on a line, for a spreadsheet. What is not known is empty.

use meshery_core::Result;

use super::effects::effects;
use super::{Format, Subject};
use crate::comma;

/// Every effect on a line.
pub(super) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn file_name(&self) -> &'static str {
        "effects.csv"
    }

    fn render(&self, subject: Subject<'_>) -> Result<String> {
        let columns = effects(subject);
        let rows = columns.first().map_or(0, |column| column.values.len());
        let head = comma::line(columns.iter().map(|column| column.name));
        let line = |row| {
            let cells: Vec<String> = columns.iter().map(|column| column.values.text(row).unwrap_or_default()).collect();
            comma::line(cells.iter().map(String::as_str))
        };
        Ok(std::iter::once(head).chain((0..rows).map(line)).collect())
    }
}
