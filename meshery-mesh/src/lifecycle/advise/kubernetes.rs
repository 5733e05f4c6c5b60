//! The cluster is older than what a release needs.

use meshery_core::lifecycle::{Advice, AdviceCode, Version};

use super::{Matter, Rule, nothing};

pub(super) const RULE: Rule = Rule { name: "kubernetes", asks_for: nothing, advise };

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    let needed = matter.releases.kubernetes(matter.to);
    let (Some(needed), Some(there)) = (needed.filter(|_| matter.goes_on()), matter.kubernetes) else {
        return Vec::new();
    };
    match (Version::read(needed), Version::read(there)) {
        (Some(oldest), Some(found)) if found < oldest => {
            let message = format!("{} needs Kubernetes {needed}, and this is {there}", matter.to);
            vec![Advice::new(AdviceCode::KubernetesTooOld, message).blocking().with_remedy("upgrade the cluster first")]
        }
        _ => Vec::new(),
    }
}
