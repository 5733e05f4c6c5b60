//! The door: a socket that speaks `CONNECT`.

use std::os::unix::net::UnixListener;
use std::path::Path;

use meshery_core::{Error, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpStream, UnixStream};

use super::Services;
use crate::cluster::Cluster;

/// The longest head of a request that is read.
const HEAD_LIMIT: usize = 8 * 1024;

impl Services {
    /// Takes connections from now on.
    pub(in crate::control_plane) fn listen(&self, socket: &Path, cluster: Cluster) -> Result<()> {
        let listener = UnixListener::bind(socket)
            .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
            .map_err(|error| Error::from(error).at(socket.display().to_string()))?;
        let services = self.clone();
        let listener = tokio::net::UnixListener::from_std(listener)?;
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (services, cluster) = (services.clone(), cluster.clone());
                tokio::spawn(async move { services.forward(stream, &cluster).await });
            }
        });
        Ok(())
    }

    /// One connection. What goes wrong ends it, as it would end one to a service that is not well.
    async fn forward(&self, mut from: UnixStream, cluster: &Cluster) {
        let Some(wanted) = read_connect(&mut from).await else { return };
        let place = self.find(&wanted, cluster).await;
        let opened = match place {
            Ok(place) => TcpStream::connect(place).await.map_err(|error| error.to_string()),
            Err(error) => Err(error),
        };
        match opened {
            Ok(mut to) => {
                if from.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.is_ok() {
                    let _ = copy_bidirectional(&mut from, &mut to).await;
                }
            }
            Err(why) => {
                let answer = format!("HTTP/1.1 502 Bad Gateway\r\ncontent-length: {}\r\n\r\n{why}", why.len());
                let _ = from.write_all(answer.as_bytes()).await;
            }
        }
    }
}

/// The `ADDRESS:PORT` of a `CONNECT`.
async fn read_connect(from: &mut UnixStream) -> Option<(String, u16)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > HEAD_LIMIT {
            return None;
        }
        head.push(from.read_u8().await.ok()?);
    }
    parse_connect(&head)
}

fn parse_connect(head: &[u8]) -> Option<(String, u16)> {
    let line = std::str::from_utf8(head).ok()?.lines().next()?;
    let target = line.strip_prefix("CONNECT ")?.split(' ').next()?;
    let (address, port) = target.rsplit_once(':')?;
    Some((address.trim_start_matches('[').trim_end_matches(']').to_owned(), port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_of_a_connect_is_read() {
        let read = |head: &str| parse_connect(head.as_bytes());
        assert_eq!(read("CONNECT 10.0.0.7:443 HTTP/1.1\r\nHost: x\r\n\r\n"), Some(("10.0.0.7".into(), 443)));
        assert_eq!(read("CONNECT [fd00::1]:443 HTTP/1.1\r\n\r\n"), Some(("fd00::1".into(), 443)));
        assert_eq!(read("GET / HTTP/1.1\r\n\r\n"), None);
        assert_eq!(read("CONNECT 10.0.0.7 HTTP/1.1\r\n\r\n"), None);
        assert_eq!(read("CONNECT 10.0.0.7:99999 HTTP/1.1\r\n\r\n"), None);
    }
}
