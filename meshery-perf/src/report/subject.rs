//! What a report is of: a comparison, or all the comparisons of a campaign.

use meshery_core::{Campaign, Comparison};

/// What a report is of.
///
/// ```
/// use meshery_core::Campaign;
/// use meshery_perf::report::Subject;
///
/// fn titles(campaign: &Campaign) -> Vec<String> {
///     Subject::from(campaign).cells().into_iter().map(|(title, _)| title).collect()
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// Arms under one load.
    Comparison(&'a Comparison),
    /// Arms under several loads.
    Campaign(&'a Campaign),
}

impl<'a> From<&'a Comparison> for Subject<'a> {
    fn from(comparison: &'a Comparison) -> Self {
        Self::Comparison(comparison)
    }
}

impl<'a> From<&'a Campaign> for Subject<'a> {
    fn from(campaign: &'a Campaign) -> Self {
        Self::Campaign(campaign)
    }
}

impl<'a> Subject<'a> {
    /// The workload and the point of load of every comparison, in their order; empty for one alone.
    pub fn names(self) -> Vec<(&'a str, &'a str)> {
        match self {
            Self::Comparison(_) => vec![("", "")],
            Self::Campaign(campaign) => {
                campaign.cells.iter().map(|cell| (cell.workload.as_str(), cell.point.as_str())).collect()
            }
        }
    }

    /// Every comparison with its title; a comparison alone has none.
    pub fn cells(self) -> Vec<(String, &'a Comparison)> {
        match self {
            Self::Comparison(comparison) => vec![(String::new(), comparison)],
            Self::Campaign(campaign) => {
                let cells = campaign.cells.iter();
                cells.map(|cell| (title(&cell.workload, &cell.point), &cell.comparison)).collect()
            }
        }
    }
}

fn title(workload: &str, point: &str) -> String {
    if point.is_empty() { workload.to_owned() } else { format!("{workload} at {point}") }
}
