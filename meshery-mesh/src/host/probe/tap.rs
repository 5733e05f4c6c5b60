//! A listener between two parties that keeps what it hears.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use meshery_core::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// How much of each direction is kept.
const KEEP: usize = 1024 * 1024;

/// Bytes of one direction, of all connections.
pub(super) type Heard = Arc<Mutex<Vec<u8>>>;

/// A listener that passes everything on; gone when it is dropped.
pub(super) struct Tap {
    pub(super) port: u16,
    /// From the client to the server.
    pub(super) requests: Heard,
    /// From the server to the client.
    pub(super) answers: Heard,
    task: JoinHandle<()>,
}

impl Tap {
    /// A tap in front of a loopback port.
    pub(super) async fn start(port: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let own = listener.local_addr()?.port();
        let (requests, answers) = (Heard::default(), Heard::default());
        let heard = (Arc::clone(&requests), Arc::clone(&answers));
        let task = tokio::spawn(async move {
            // Connections end with the tap.
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let heard = (Arc::clone(&heard.0), Arc::clone(&heard.1));
                let server = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await;
                if let Ok(server) = server {
                    connections.spawn(pass_on(client, server, heard));
                }
            }
        });
        Ok(Self { port: own, requests, answers, task })
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a tap has heard in one direction so far.
pub(super) fn so_far(heard: &Heard) -> Vec<u8> {
    heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

async fn pass_on(client: TcpStream, server: TcpStream, heard: (Heard, Heard)) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::join!(copy(from_client, to_server, heard.0), copy(from_server, to_client, heard.1));
}

async fn copy(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, heard: Heard) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            let room = KEEP.saturating_sub(heard.len());
            heard.extend_from_slice(&buffer[..length.min(room)]);
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}
