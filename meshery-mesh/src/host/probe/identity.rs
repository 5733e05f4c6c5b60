//! Who knocks at a TLS port gets in, or does not. A refusal only counts beside somebody who is let in at the same door:
//! a door that is jammed refuses everybody.

use std::net::{Ipv4Addr, SocketAddr};

use meshery_core::plan::Caller;
use meshery_core::{Error, ErrorKind, Result};

use super::super::http::{Answer, connect, get};
use super::super::site::Site;
use super::{Finding, PATIENCE, certificate};
use crate::pki::Identity;
use crate::process::wait::within;
use crate::tls;

pub(super) async fn probe(site: &Site, port: &str, client: &Caller, admitted: bool) -> Result<Finding> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, site.port(port)?));
    let shown = certificate(site.authority(), client)?;
    let outcome = knock(address, client, shown.as_ref()).await;
    match (&outcome, admitted) {
        (Ok(answer), true) => Ok((answer.is_success(), format!("let in with status {}", answer.status))),
        (Ok(answer), false) => Ok((false, format!("let in with status {}", answer.status))),
        (Err(error), true) => Ok((false, format!("refused: {error}"))),
        (Err(error), false) => {
            control(site, address).await?;
            Ok((true, format!("refused: {error}; a known identity is let in")))
        }
    }
}

/// An error unless one of the identities that the plan issued is let in.
async fn control(site: &Site, address: SocketAddr) -> Result<()> {
    let known = Caller::Known { identity: String::new() };
    for identity in site.authority().into_iter().flat_map(super::super::authority::Authority::all) {
        if knock(address, &known, Some(identity)).await.is_ok_and(|answer| answer.is_success()) {
            return Ok(());
        }
    }
    Err(Error::new(ErrorKind::CheckFailed, "nobody at all is let in, so a refusal shows nothing"))
}

/// A request through the door. In TLS 1.3 a client hears of its refusal only when it reads, so the answer decides.
async fn knock(address: SocketAddr, client: &Caller, shown: Option<&Identity>) -> Result<Answer> {
    let host = address.to_string();
    within(PATIENCE, "the answer", async {
        let stream = connect(address).await?;
        match client {
            Caller::Plaintext => get(stream, &host, "/", None).await,
            _ => get(tls::connect(stream, shown).await?, &host, "/", None).await,
        }
    })
    .await
}
