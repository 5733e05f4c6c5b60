//! Whether certificates are good, and for how long.

use std::collections::BTreeSet;

use meshery_core::{ObjectId, Result};

use super::{Finding, Scene};
use crate::lifecycle::credentials::{Fault, Pem, day, days};
use crate::lifecycle::engine::lore::Lore;
use crate::lifecycle::run::list::by_name;

impl Scene<'_> {
    /// Whether everything that is kept is good now. What is soon to end is told, and is good.
    pub(super) async fn certificates(&self) -> Result<Finding> {
        let (credentials, now) = (Lore::of(self.spec, self.meshes).facts.credentials, self.known.now.cast_signed());
        let objects: BTreeSet<&ObjectId> =
            credentials.iter().flat_map(|what| what.places().map(|place| &place.object)).collect();
        let live = by_name(self.wire, objects, &self.known.discovery).await?;
        let (mut passed, mut seen) = (true, Vec::new());
        for what in &credentials {
            let kept = Pem::of(what, |id| live.get(id));
            let faults = kept.faults(now);
            passed &= faults.iter().all(Fault::is_to_come);
            let lasts = kept.ends().map(|end| format!("valid until {}, {} days from now", day(end), days(now, end)));
            let found = faults.iter().map(ToString::to_string).chain(lasts).collect::<Vec<_>>();
            if !found.is_empty() {
                seen.push(format!("the {} of {}: {}", what.name, what.certificate.object, found.join(", ")));
            }
        }
        Ok(if seen.is_empty() { (true, "none is kept on the cluster".into()) } else { (passed, seen.join("; ")) })
    }
}
