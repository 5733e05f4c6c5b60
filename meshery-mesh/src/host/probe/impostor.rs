//! A server that shows some certificate in place of the real one is believed by a process, or is not. That nobody is
//! believed would prove nothing, so the same server with an identity of the plan must be.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use meshery_core::plan::Caller;
use meshery_core::{Error, ErrorKind, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::super::http::Answer;
use super::super::inspect::owner;
use super::super::site::{Ground, Site};
use super::detour::Led;
use super::{Finding, Hop, certificate};
use crate::pki::Identity;
use crate::tls;

/// By which its answer is known.
const WORDS: &str = "an impostor's answer";

pub(super) async fn probe(
    site: &Site,
    ground: &Ground,
    hop: &Hop<'_>,
    server: &Caller,
    trusted: bool,
) -> Result<Finding> {
    let none = || Error::new(ErrorKind::Unsupported, "an impostor shows a certificate, so this caller cannot be one");
    let shown = certificate(&site.identities, server)?.ok_or_else(none)?;
    let answer = ask(site, ground, hop, shown).await?;
    let believed = answer.body == WORDS.as_bytes();
    let seen = if believed { "believed".into() } else { format!("not believed, status {}", answer.status) };
    if trusted || believed {
        return Ok((trusted == believed, seen));
    }
    let real = Caller::Known { identity: owner(hop.port).unwrap_or(hop.port).to_owned() };
    let real = certificate(&site.identities, &real)?.ok_or_else(none)?;
    let control = ask(site, ground, hop, real).await?;
    if control.body == WORDS.as_bytes() {
        Ok((true, format!("{seen}; with the real identity it is believed")))
    } else {
        Ok((false, format!("{seen}, but nor is it with the real identity, so that shows nothing")))
    }
}

/// What is answered when the peer of the process is a server with this certificate.
async fn ask(site: &Site, ground: &Ground, hop: &Hop<'_>, shown: Identity) -> Result<Answer> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let led = Led::to(listener.local_addr()?.port(), site, ground, hop).await?;
    let visited = Arc::new(AtomicBool::new(false));
    let impostor = Impostor(tokio::spawn(serve(listener, shown, Arc::clone(&visited))));
    let answer = led.ask_until(|| visited.load(Ordering::Relaxed), None).await;
    drop(impostor);
    led.back().await?;
    answer
}

struct Impostor(JoinHandle<()>);

impl Drop for Impostor {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn serve(listener: TcpListener, shown: Identity, visited: Arc<AtomicBool>) {
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{WORDS}", WORDS.len());
    while let Ok((stream, _)) = listener.accept().await {
        visited.store(true, Ordering::Relaxed);
        let Ok(mut stream) = tls::accept(stream, &shown).await else { continue };
        let mut head = [0; 4096];
        if stream.read(&mut head).await.is_ok_and(|length| length > 0) {
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    }
}
