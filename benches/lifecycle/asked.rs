//! What a client has asked the API server for, from the audit log.

use std::collections::BTreeSet;
use std::time::Duration;

use meshery_core::AuditedRequest;
use meshery_mesh::control_plane::Mark;

use crate::Result;
use crate::bed::Bed;

/// How long nothing more may come of a client until its requests are complete: a watch is in the log once the server has
/// seen that nobody listens.
const QUIET: Duration = Duration::from_millis(200);

pub(crate) struct Asked {
    /// What the client has asked for.
    pub(crate) requests: Vec<AuditedRequest>,
    /// What all others have.
    pub(crate) of_others: Vec<AuditedRequest>,
}

impl Asked {
    /// All since a place of the log. A client is known by how its user agent begins.
    pub(crate) fn since(bed: &Bed, from: Mark, agent: &str) -> Result<Self> {
        let mut known = usize::MAX;
        loop {
            std::thread::sleep(QUIET);
            let to = bed.run(bed.plane.audit().mark())?;
            let all = bed.plane.audit().between(from, to)?;
            let (requests, of_others): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|request| request.user_agent.starts_with(agent));
            if requests.len() == known {
                return Ok(Self { requests, of_others });
            }
            known = requests.len();
        }
    }

    /// How many could have changed something.
    pub(crate) fn writes(&self) -> usize {
        self.requests.iter().filter(|request| request.writes()).count()
    }

    /// How many looks were taken at a kind, in a namespace or in all. One that had to be taken again counts once.
    pub(crate) fn looks(&self) -> usize {
        let looks = self.requests.iter().filter(|request| ["list", "watch"].contains(&request.verb.as_str()));
        looks.map(|look| look.uri.split('?').next()).collect::<BTreeSet<_>>().len()
    }
}
