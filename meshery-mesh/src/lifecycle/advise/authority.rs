//! An authority that would be another one: a trust anchor, for example, without which no proxy believes another. What
//! both sides go on to trust is rotation, and may pass.

use meshery_core::lifecycle::{Advice, AdviceCode};

use super::{Held, Matter, Rule, nothing};

pub(super) const RULE: Rule = Rule { name: "authority", asks_for: nothing, advise };

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    matter.credentials.iter().filter(|held| held.what.issues).filter_map(replaced).collect()
}

fn replaced(held: &Held<'_>) -> Option<Advice> {
    let (before, after) = (held.live.as_ref()?, held.wanted.as_ref()?);
    if before.is_nothing() || before == after || before.goes_with(after) == Some(true) {
        return None;
    }
    let what = held.what;
    let (issuer, anchors) = (&what.certificate.object, &what.anchors.object);
    let mut objects = Vec::new();
    if (&before.certificate, &before.key) != (&after.certificate, &after.key) {
        objects.push(issuer.clone());
    }
    if before.anchors != after.anchors && !objects.contains(anchors) {
        objects.push(anchors.clone());
    }
    let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
    let message = format!("{} would be another one, and {}", names.join(" and "), what.reason);
    let remedy = "leave it as it is; where it is to be another one, let the new anchor be trusted beside the old one \
                  first, have every workload restarted, and only then have the issuer replaced";
    Some(Advice::new(AdviceCode::AuthorityReplaced, message).blocking().with_remedy(remedy).about(objects))
}
