//! Results as flat tables, for spreadsheets and data frames: what the bindings hand to Arrow, and what `effects.csv` holds.

/// A column.
///
/// ```
/// use meshery_perf::table::{Column, Values};
///
/// let column = Column { name: "p", values: Values::Numbers(vec![Some(0.03), None]) };
/// assert_eq!(column.values.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name, unique in its table.
    pub name: &'static str,
    /// Its values, one for each row.
    pub values: Values,
}

/// Values of one type. What is not known is `None`, never a number that is none.
///
/// ```
/// use meshery_perf::table::Values;
///
/// assert_eq!(Values::Counts(vec![Some(10), None]).text(0).as_deref(), Some("10"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Text.
    Texts(Vec<String>),
    /// Finite numbers.
    Numbers(Vec<Option<f64>>),
    /// Whole numbers.
    Counts(Vec<Option<u64>>),
    /// Yes or no.
    Flags(Vec<bool>),
    /// Instants, in nanoseconds since the Unix epoch.
    Instants(Vec<u64>),
}

impl Values {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Texts(values) => values.len(),
            Self::Numbers(values) => values.len(),
            Self::Counts(values) => values.len(),
            Self::Flags(values) => values.len(),
            Self::Instants(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a row as text; `None` for one that is not known, and for a row that is not there.
    pub fn text(&self, row: usize) -> Option<String> {
        match self {
            Self::Texts(values) => values.get(row).cloned(),
            Self::Numbers(values) => values.get(row).copied().flatten().map(|value| value.to_string()),
            Self::Counts(values) => values.get(row).copied().flatten().map(|value| value.to_string()),
            Self::Flags(values) => values.get(row).map(bool::to_string),
            Self::Instants(values) => values.get(row).map(u64::to_string),
        }
    }
}

/// A column of texts.
pub(crate) fn texts<T>(name: &'static str, rows: &[T], read: impl Fn(&T) -> String) -> Column {
    Column { name, values: Values::Texts(rows.iter().map(read).collect()) }
}

/// A column of numbers; one that is not finite is not known.
pub(crate) fn numbers<T>(name: &'static str, rows: &[T], read: impl Fn(&T) -> Option<f64>) -> Column {
    let finite = |row| read(row).filter(|value| value.is_finite());
    Column { name, values: Values::Numbers(rows.iter().map(finite).collect()) }
}

/// A column of whole numbers.
pub(crate) fn counts<T>(name: &'static str, rows: &[T], read: impl Fn(&T) -> Option<u64>) -> Column {
    Column { name, values: Values::Counts(rows.iter().map(read).collect()) }
}

/// A column of yes and no.
pub(crate) fn flags<T>(name: &'static str, rows: &[T], read: impl Fn(&T) -> bool) -> Column {
    Column { name, values: Values::Flags(rows.iter().map(read).collect()) }
}

/// A column of instants.
pub(crate) fn instants<T>(name: &'static str, rows: &[T], read: impl Fn(&T) -> u64) -> Column {
    Column { name, values: Values::Instants(rows.iter().map(read).collect()) }
}

/// The name of a word of the vocabulary, as results write it.
pub(crate) fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_none_are_not_known() {
        let column = numbers("x", &[1.5, f64::NAN, f64::INFINITY], |value| Some(*value));
        assert_eq!(column.values, Values::Numbers(vec![Some(1.5), None, None]));
        assert_eq!(
            (column.values.text(0).as_deref(), column.values.text(1), column.values.text(9)),
            (Some("1.5"), None, None)
        );
    }

    #[test]
    fn words_are_those_of_documents() {
        assert_eq!(word(meshery_core::comparison::Unit::PerSecond), "per_second");
        assert_eq!(word(7), "");
    }
}
