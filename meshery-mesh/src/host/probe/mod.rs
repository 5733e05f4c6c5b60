//! How checks are made: one file per probe. A check that fails is an outcome with what was seen.

mod answers;
mod identity;
mod impostor;
mod tap;
mod wire;

use std::time::Duration;

use meshery_core::plan::Caller;
use meshery_core::{Check, CheckOutcome, Error, ErrorKind, Probe, Result};

use super::authority::Authority;
use super::site::{Ground, Site};
use crate::pki::Identity;

/// How long one request of a probe may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a probe came to: whether the claim holds, and what was seen.
type Finding = (bool, String);

/// Makes a check.
pub(super) async fn make(check: &Check, site: &Site, ground: &Ground) -> Result<CheckOutcome> {
    let found = match &check.probe {
        Probe::Answers => answers::probe(site).await,
        Probe::Wire { process, port, encrypted } => wire::probe(site, ground, process, port, *encrypted).await,
        Probe::Identity { port, client, admitted } => identity::probe(site, port, client, *admitted).await,
        Probe::Impostor { process, port, server, trusted } => {
            impostor::probe(site, ground, (process, port), server, *trusted).await
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
fn certificate(authority: Option<&Authority>, caller: &Caller) -> Result<Option<Identity>> {
    let authority =
        || authority.ok_or_else(|| Error::new(ErrorKind::CheckFailed, "the installation has issued no identities"));
    Ok(Some(match caller {
        Caller::Known { identity } => {
            let missing = || Error::new(ErrorKind::CheckFailed, "no identity of that name was issued").found(identity);
            authority()?.issued(identity).cloned().ok_or_else(missing)?
        }
        Caller::Named { spiffe_id } => authority()?.sign(spiffe_id)?,
        Caller::Forged { spiffe_id } => Authority::new()?.sign(spiffe_id)?,
        _ => return Ok(None),
    }))
}
