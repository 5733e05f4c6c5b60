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

/// Where somebody knocks, and what peers offer to speak there.
pub(super) struct Door<'a> {
    pub(super) port: u16,
    pub(super) alpn: &'a [String],
}

pub(super) async fn probe(site: &Site, door: &Door<'_>, client: &Caller, admitted: bool) -> Result<Finding> {
    let shown = certificate(&site.identities, client)?;
    let outcome = knock(door, client, shown.as_ref()).await;
    let refusal = match &outcome {
        Ok(answer) if answer.is_refusal() => format!("refused: status {}", answer.status),
        Ok(answer) => {
            return Ok((admitted && answer.is_success(), format!("let in with status {}", answer.status)));
        }
        Err(error) => format!("refused: {error}"),
    };
    if admitted {
        return Ok((false, refusal));
    }
    control(site, door).await?;
    Ok((true, format!("{refusal}; a known identity is let in")))
}

/// An error unless one of the identities of the installation is let in.
async fn control(site: &Site, door: &Door<'_>) -> Result<()> {
    let known = Caller::Known { identity: String::new() };
    for identity in site.identities.all() {
        if knock(door, &known, Some(identity)).await.is_ok_and(|answer| answer.is_success()) {
            return Ok(());
        }
    }
    Err(Error::new(ErrorKind::CheckFailed, "nobody at all is let in, so a refusal shows nothing"))
}

/// A request through the door. In TLS 1.3 a client hears of its refusal only when it reads, so the answer decides.
async fn knock(door: &Door<'_>, client: &Caller, shown: Option<&Identity>) -> Result<Answer> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, door.port));
    let host = address.to_string();
    within(PATIENCE, "the answer", async {
        let stream = connect(address).await?;
        match client {
            Caller::Plaintext => get(stream, &host, "/", None).await,
            _ => get(tls::connect(stream, shown, door.alpn).await?, &host, "/", None).await,
        }
    })
    .await
}
