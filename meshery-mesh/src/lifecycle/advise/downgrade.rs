//! What is wanted is older than what runs.

use meshery_core::lifecycle::{Advice, AdviceCode, OperationKind, Version};

use super::{Matter, Rule, nothing};

pub(super) const RULE: Rule = Rule { name: "downgrade", asks_for: nothing, advise };

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    let (Some(from), Some(to)) = (Version::read(matter.from), Version::read(matter.to)) else { return Vec::new() };
    if matter.kind != OperationKind::Upgrade || to >= from {
        return Vec::new();
    }
    let message = format!("{} is older than {}, which runs", matter.to, matter.from);
    let remedy = "what is stored in newer forms may not be understood: where it is an earlier revision of the instance, roll \
                  back to it";
    vec![Advice::new(AdviceCode::Downgrade, message).with_remedy(remedy)]
}
