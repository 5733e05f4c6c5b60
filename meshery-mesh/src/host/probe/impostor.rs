//! A server that shows some certificate in place of the real one is believed by a process, or is not. That nobody is
//! believed would prove nothing, so the same server with an identity of the plan must be.

use std::net::Ipv4Addr;

use meshery_core::plan::Caller;
use meshery_core::{Error, ErrorKind, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::super::http::{Answer, connect, get};
use super::super::inspect::owner;
use super::super::site::{Ground, Site};
use super::{Finding, PATIENCE, certificate};
use crate::pki::Identity;
use crate::process::wait::within;
use crate::tls;

/// By which its answer is known.
const WORDS: &str = "an impostor's answer";

pub(super) async fn probe(
    site: &Site,
    ground: &Ground,
    (process, port): (&str, &str),
    server: &Caller,
    trusted: bool,
) -> Result<Finding> {
    let none = || Error::new(ErrorKind::Unsupported, "an impostor shows a certificate, so this caller cannot be one");
    let shown = certificate(site.authority(), server)?.ok_or_else(none)?;
    let answer = ask(site, ground, (process, port), shown).await?;
    let believed = answer.body == WORDS.as_bytes();
    let seen = if believed { "believed".into() } else { format!("not believed, status {}", answer.status) };
    if trusted || believed {
        return Ok((trusted == believed, seen));
    }
    let real = Caller::Known { identity: owner(port).unwrap_or(port).to_owned() };
    let real = certificate(site.authority(), &real)?.ok_or_else(none)?;
    let control = ask(site, ground, (process, port), real).await?;
    if control.body == WORDS.as_bytes() {
        Ok((true, format!("{seen}; with the real identity it is believed")))
    } else {
        Ok((false, format!("{seen}, but nor is it with the real identity, so that shows nothing")))
    }
}

/// What a twin of the process answers when its peer is a server with this certificate.
async fn ask(site: &Site, ground: &Ground, (process, port): (&str, &str), shown: Identity) -> Result<Answer> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let twin = site.twin(process, port, listener.local_addr()?.port(), ground).await?;
    let _impostor = Impostor(tokio::spawn(serve(listener, shown)));
    let request = async { get(connect(&twin.entry).await?, &twin.entry, "/", None).await };
    within(PATIENCE, "the answer", request).await
}

struct Impostor(JoinHandle<()>);

impl Drop for Impostor {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn serve(listener: TcpListener, shown: Identity) {
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{WORDS}", WORDS.len());
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(mut stream) = tls::accept(stream, &shown).await else { continue };
        let mut head = [0; 4096];
        if stream.read(&mut head).await.is_ok_and(|length| length > 0) {
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    }
}
