//! The project has ended.

use meshery_core::MeshInfo;
use meshery_core::lifecycle::{Advice, AdviceCode};

use super::{Matter, Rule, nothing};

pub(super) const RULE: Rule = Rule { name: "ended", asks_for: nothing, advise };

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    matter.mesh.filter(|_| matter.goes_on()).and_then(ended).into_iter().collect()
}

/// That the project of a mesh has ended, and the way out.
pub(in crate::lifecycle) fn ended(mesh: &MeshInfo) -> Option<Advice> {
    let end = mesh.end.as_ref()?;
    let way_out = format!("{}; successors: {}", end.advice, end.successors.join(", "));
    Some(Advice::new(AdviceCode::ProjectEnded, format!("{} is {end}", mesh.title)).with_remedy(way_out))
}
