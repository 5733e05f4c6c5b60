//! Numbers as the tables have them.

/// How a figure is written.
#[derive(Clone, Copy, Debug)]
pub enum Unit {
    /// A number of things.
    Count,
    /// Bytes, by the million.
    Megabytes,
    /// Seconds, in whole thousandths.
    Milliseconds,
    /// A part of 1.
    Percent,
    /// A rate.
    PerSecond,
    /// Seconds, in what suits them.
    Time,
}

impl Unit {
    /// A figure with its unit.
    pub fn format(self, value: f64) -> String {
        match self {
            Self::Count => format!("{value:.0}"),
            Self::Megabytes => format!("{:.1} MB", value / 1e6),
            Self::Milliseconds => format!("{:.0} ms", value * 1e3),
            Self::Percent => format!("{:.1} %", value * 100.0),
            Self::PerSecond => format!("{value:.1}/s"),
            Self::Time if value < 1e-3 => format!("{:.1} µs", value * 1e6),
            Self::Time if value < 1.0 => format!("{:.2} ms", value * 1e3),
            Self::Time => format!("{value:.3} s"),
        }
    }
}

/// The middle one; NaN of none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        even if even % 2 == 0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

/// A median, and the least and the most beside it.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The middle one.
    pub median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    /// That of these values.
    pub fn of(values: &[f64]) -> Self {
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self { median: median(values.iter().copied()), least, most }
    }

    /// As `2 [1, 3]`, and as `2` where all are the same.
    pub fn format(&self, format: impl Fn(f64) -> String) -> String {
        let [median, least, most] = [self.median, self.least, self.most].map(format);
        if least == most { median } else { format!("{median} [{least}, {most}]") }
    }
}
