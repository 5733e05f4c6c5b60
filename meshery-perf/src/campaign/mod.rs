//! Campaigns: arms × workloads × points of load, in randomised blocks with the baseline in each, as long as it takes or as
//! long as there is time; resumed after a crash without losing a run.
//!
//! | module | holds |
//! |---|---|
//! | `plan` | what it will take and show, before it starts |
//! | `schedule` | which run comes next: a pure function of the runs there are |
//! | `looks` | when a cell is settled, and what looking costs |
//! | `journal` | what has been done, on the disk |
//! | `record` | what it knows: from the journal, and from every run |
//! | `run` | one run: fresh proxies, one load, everything removed again |
//!
//! The loop below asks the schedule, makes the run, writes it down. As the schedule knows nothing but the runs, a campaign
//! that was interrupted goes on exactly where it would have.

mod conduct;
mod journal;
mod looks;
mod plan;
mod record;
mod run;
mod schedule;

use meshery_core::{Campaign, CampaignSpec, Context, LoadTest, MeshHost, Result};

pub(crate) use conduct::conduct;
pub use journal::{Entry, FileJournal, Journal, Proof};
pub use plan::plan;
pub(crate) use run::check_load;

/// Makes all runs of a campaign that its journal does not hold yet, and judges all of them together.
///
/// Needs a tokio runtime if the host does. Every run is in the journal before the next one starts: a campaign that is
/// killed loses the run under way, and no other. When it is cancelled, or the upstream ends, after the first run, the
/// result says how it [`End`](meshery_core::comparison::End)ed and holds what there is; run it again with the same
/// journal to go on. With a journal that is complete nothing is started, and the result is the same again.
///
/// # Errors
/// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) with the field as its place;
/// [`Conflict`](meshery_core::ErrorKind::Conflict) when the journal is of another specification, another version of this
/// tool, or other versions of the meshes; what the host says of an arm it cannot plan, at `arms[i]`;
/// [`CheckFailed`](meshery_core::ErrorKind::CheckFailed) when the baseline cannot be set up; those of the journal; and
/// whatever ends the campaign before its first run.
pub async fn run(
    spec: &CampaignSpec,
    load: &dyn LoadTest,
    host: &dyn MeshHost,
    journal: &mut dyn Journal,
    context: &Context,
) -> Result<Campaign> {
    conduct(spec, (load, host), Some(journal), context).await
}
