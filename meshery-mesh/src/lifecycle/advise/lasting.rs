//! Objects that are made once, and that would be made anew: a trust anchor, for example, without which no proxy believes
//! another.

use meshery_core::lifecycle::{Advice, AdviceCode};

use super::{Matter, Rule, nothing};

pub(super) const RULE: Rule = Rule { name: "lasting", asks_for: nothing, advise };

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    let each = |(object, reason): &(meshery_core::ObjectId, String)| {
        let remedy = "leave it as it is; where it is to be another one, follow what the project says of rotating it";
        Advice::new(AdviceCode::AuthorityReplaced, format!("{object} would be another one, and {reason}"))
            .blocking()
            .with_remedy(remedy)
            .about(vec![object.clone()])
    };
    matter.lasting.iter().map(each).collect()
}
