//! Certificates that everything depends on: that they are valid, and for how long, before a mesh is built on them.

use meshery_core::lifecycle::{Advice, AdviceCode};

use super::{Held, Matter, Rule, nothing};
use crate::lifecycle::credentials::Fault;

pub(super) const RULE: Rule = Rule { name: "certificates", asks_for: nothing, advise };

fn advise(matter: &Matter<'_>) -> Vec<Advice> {
    let of = |held: &Held<'_>| {
        let faults = held.coming().map(|pem| pem.faults(matter.now)).unwrap_or_default();
        faults.into_iter().map(|fault| about(held, &fault)).collect::<Vec<_>>()
    };
    matter.credentials.iter().flat_map(of).collect()
}

fn about(held: &Held<'_>, fault: &Fault) -> Advice {
    let what = held.what;
    let code = match fault {
        Fault::Expired(_) => AdviceCode::CertificateExpired,
        Fault::Expiring(_) => AdviceCode::CertificateExpiring,
        _ => AdviceCode::CertificateInvalid,
    };
    let message = format!("the {} of {}: {fault}, and {}", what.name, what.certificate.object, what.reason);
    let advice = Advice::new(code, message).about(vec![what.certificate.object.clone()]);
    if fault.is_to_come() {
        advice.with_remedy("have it renewed before then, as the project says of rotating it")
    } else {
        advice.blocking().with_remedy("have it replaced first, as the project says of rotating it")
    }
}
