//! How checks are made: one file per probe. A check that fails is an outcome with what was seen.

mod answers;
mod detour;
mod identity;
mod impostor;
mod tap;
mod wire;

use std::time::Duration;

use meshery_core::plan::{Caller, Detour};
use meshery_core::{Check, CheckOutcome, Error, ErrorKind, Probe, Result};

use super::identities::{Identities, forge};
use super::site::{Ground, Site};
use crate::pki::Identity;
use identity::Door;

/// How long one request of a probe may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// From a process to a port, and how somebody gets in between.
struct Hop<'a> {
    process: &'a str,
    port: &'a str,
    detour: &'a Detour,
}

/// What a probe came to: whether the claim holds, and what was seen.
type Finding = (bool, String);

/// Makes a check.
pub(super) async fn make(check: &Check, site: &Site, ground: &Ground) -> Result<CheckOutcome> {
    let found = match &check.probe {
        Probe::Answers => answers::probe(site).await,
        Probe::Wire { process, port, detour, encrypted } => {
            wire::probe(site, ground, &Hop { process, port, detour }, *encrypted).await
        }
        Probe::Identity { port, alpn, client, admitted } => {
            identity::probe(site, &Door { port: site.port(port)?, alpn }, client, *admitted).await
        }
        Probe::Impostor { process, port, detour, server, trusted } => {
            impostor::probe(site, ground, &Hop { process, port, detour }, server, *trusted).await
        }
        _ => return Err(Error::new(ErrorKind::Unsupported, "a local host does not know this probe").at(&check.name)),
    };
    // What kept a probe from its end is what was seen; only a stop by the caller is not.
    let (passed, evidence) = match found {
        Err(error) if error.is_cancelled() => return Err(error),
        Err(error) => (false, error.to_string()),
        Ok(found) => found,
    };
    Ok(CheckOutcome { name: check.name.clone(), claim: check.claim.clone(), passed, evidence })
}

/// The certificate of somebody in a probe; `None` for who shows none.
fn certificate(identities: &Identities, caller: &Caller) -> Result<Option<Identity>> {
    Ok(Some(match caller {
        Caller::Known { identity } => {
            let missing = || Error::new(ErrorKind::CheckFailed, "nobody has been given an identity of that name");
            identities.known(identity).cloned().ok_or_else(|| missing().found(identity))?
        }
        Caller::Named { spiffe_id } => identities.sign(spiffe_id)?,
        Caller::Forged { spiffe_id } => forge(spiffe_id)?,
        _ => return Ok(None),
    }))
}
