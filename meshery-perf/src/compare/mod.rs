//! Comparisons: the same load through every arm, in randomised blocks, judged over whole runs.
//!
//! The unit is the run: fresh proxies, fresh connections, one load. Every block holds one run of each arm in a random
//! order, so that whatever drifts during the session falls on all arms alike and cancels in the paired differences.

pub(crate) mod judge;
pub(crate) mod metrics;
pub(crate) mod order;

use std::time::Instant;

use meshery_core::{Comparison, ComparisonSpec, Context, Error, LoadTest, MeshHost, Result};

use crate::campaign;

/// Compares all arms of a specification and returns every run, every verdict, and what is needed to do it again: a
/// [campaign](campaign::run) of a single cell.
///
/// Needs a tokio runtime if the host does. Runs that were made are never lost: when the comparison is cancelled, or the
/// upstream ends, after the first run, the result says how it [`End`](meshery_core::comparison::End)ed and holds what
/// there is.
///
/// # Errors
/// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) with the field as its place; what the host says of an arm it
/// cannot plan, at `arms[i]`; [`CheckFailed`](meshery_core::ErrorKind::CheckFailed) when the baseline cannot be set up;
/// and whatever ends the comparison before its first run.
pub async fn compare(
    spec: &ComparisonSpec,
    load: &dyn LoadTest,
    host: &dyn MeshHost,
    context: &Context,
) -> Result<Comparison> {
    spec.check()?;
    campaign::check_load(spec, load).map_err(|error| error.at("load"))?;
    let begun = Instant::now();
    let campaign = campaign::conduct(&spec.into(), (load, host), None, context).await?;
    let end = campaign.end;
    let only = campaign.cells.into_iter().next().map(|cell| cell.comparison);
    let comparison =
        only.ok_or_else(|| Error::new(meshery_core::ErrorKind::Internal, "a comparison without a cell"))?;
    Ok(Comparison { took: begun.elapsed(), end, ..comparison })
}
