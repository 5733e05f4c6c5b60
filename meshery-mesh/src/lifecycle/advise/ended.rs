//! The project has ended.

use meshery_core::lifecycle::{Advice, AdviceCode};

use super::{Matter, Rule, nothing};

pub(super) const RULE: Rule = Rule { name: "ended", asks_for: nothing, advise };

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    let ended = |(mesh, end)| {
        let mesh: &meshery_core::MeshInfo = mesh;
        let end: &meshery_core::provider::End = end;
        let way_out = format!("{}; successors: {}", end.advice, end.successors.join(", "));
        Advice::new(AdviceCode::ProjectEnded, format!("{} is {end}", mesh.title)).with_remedy(way_out)
    };
    let mesh = matter.mesh.filter(|_| matter.goes_on());
    mesh.and_then(|mesh| Some((mesh, mesh.end.as_ref()?))).map(ended).into_iter().collect()
}
