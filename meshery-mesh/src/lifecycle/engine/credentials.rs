//! Certificates that a mesh lets be given: found again where they are kept, and made where there are none.

use std::collections::BTreeSet;

use meshery_core::lifecycle::{ClusterMesh, Credential};
use meshery_core::{Error, ErrorKind, InstanceSpec, ObjectId, Result};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::cluster::Discovery;
use crate::lifecycle::credentials::Pem;
use crate::lifecycle::run::list::by_name;
use crate::lifecycle::run::wire::Wire;
use crate::pki::{Authority, Name, Subject};

/// The credentials that this specification leaves to us.
pub(super) fn left_to_us(spec: &InstanceSpec, mesh: &dyn ClusterMesh) -> Vec<Credential> {
    let ours = |credential: &Credential| {
        let settings = credential.places().map(|place| place.setting.as_deref());
        settings.iter().all(Option::is_some) && !settings.into_iter().flatten().any(|path| is_set(&spec.settings, path))
    };
    mesh.facts(spec).credentials.into_iter().filter(ours).collect()
}

/// The specification with these credentials in its settings. They are for the mesh alone: what is remembered of an
/// instance is what its user has said.
///
/// # Errors
/// [`Conflict`](ErrorKind::Conflict) for an authority of which only a part is left.
pub(super) async fn supplied(
    wire: &Wire,
    discovery: &Discovery,
    spec: &InstanceSpec,
    credentials: &[Credential],
) -> Result<InstanceSpec> {
    let objects: BTreeSet<&ObjectId> =
        credentials.iter().flat_map(|credential| credential.places().map(|place| &place.object)).collect();
    let live = by_name(wire, objects, discovery).await?;
    let mut spec = spec.clone();
    for credential in credentials {
        let kept = Pem::of(credential, |id| live.get(id));
        let Pem { certificate, key, anchors } =
            if is_to_be_made(credential, &kept)? { make(credential)? } else { kept };
        for (place, text) in credential.places().into_iter().zip([certificate, key, anchors]) {
            if let Some(path) = &place.setting {
                set(&mut spec.settings, path, text);
            }
        }
    }
    Ok(spec)
}

/// Whether there is none, or one that may be made anew and has to be.
fn is_to_be_made(credential: &Credential, kept: &Pem) -> Result<bool> {
    if !credential.issues {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        return Ok(!kept.is_whole() || !kept.faults(now).is_empty());
    }
    if kept.is_whole() || kept.is_nothing() {
        return Ok(kept.is_nothing());
    }
    let [certificate, _, anchors] = credential.places();
    let words = format!("only a part of the {} is left, and {}", credential.name, credential.reason);
    let settings: Vec<&str> = credential.places().iter().filter_map(|place| place.setting.as_deref()).collect();
    Err(Error::new(ErrorKind::Conflict, words).at(certificate.object.to_string()).expected(format!(
        "both {} and {}, or the settings {}",
        certificate.object,
        anchors.object,
        settings.join(", ")
    )))
}

/// A new one. The key of its anchor is nobody's: what it has signed is all that it will ever sign.
fn make(credential: &Credential) -> Result<Pem> {
    let Credential { name, subject, issues, .. } = credential;
    let authority = Authority::lasting(&format!("anchor of {subject}"))?;
    let names = [Name::Dns(subject)];
    // The common name has 64 characters at most (RFC 5280, upper bounds); the other name is what counts.
    let common_name = if subject.len() <= 64 { subject } else { name };
    let subject = Subject { common_name, names: &names, ..Subject::default() };
    let made = if *issues { authority.delegate(&subject)? } else { authority.issue(&subject)? };
    Ok(Pem { certificate: made.certificate_pem, key: made.key_pem, anchors: authority.pem() })
}

fn is_set(settings: &Map<String, Value>, path: &str) -> bool {
    let found = match path.split_once('.') {
        None => return settings.get(path).is_some_and(|value| !value.is_null()),
        Some((first, rest)) => settings.get(first).and_then(Value::as_object).map(|inner| (inner, rest)),
    };
    found.is_some_and(|(inner, rest)| is_set(inner, rest))
}

fn set(settings: &mut Map<String, Value>, path: &str, text: String) {
    let Some((first, rest)) = path.split_once('.') else {
        settings.insert(path.into(), text.into());
        return;
    };
    // Where it is no map, it is for the mesh to complain of what it is.
    if let Some(inner) = settings.entry(first).or_insert_with(|| Map::new().into()).as_object_mut() {
        set(inner, rest, text);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_found_and_put_where_their_paths_lead() {
        let mut settings: Map<String, Value> = serde_json::from_value(json!({ "a": { "b": "x" }, "n": null })).unwrap();
        assert!(is_set(&settings, "a.b") && is_set(&settings, "a"));
        assert!(!is_set(&settings, "a.c") && !is_set(&settings, "a.b.c") && !is_set(&settings, "n"));
        set(&mut settings, "a.c.d", "y".into());
        set(&mut settings, "e", "z".into());
        assert_eq!(Value::from(settings), json!({ "a": { "b": "x", "c": { "d": "y" } }, "n": null, "e": "z" }));
    }
}
