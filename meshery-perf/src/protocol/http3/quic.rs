//! A QUIC connection: quinn's endpoint and connection as one state machine of datagrams and streams.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;
use meshery_core::network::TlsVersion;
use meshery_core::{Error, LoadSpec, Result};
use quinn_proto::crypto::rustls::QuicClientConfig;
use quinn_proto::{
    ClientConfig, Connection, ConnectionError, ConnectionHandle, DatagramEvent, Endpoint, EndpointConfig, Event,
    ReadError, StreamId, VarInt,
};

use crate::protocol::Fault;
use crate::target::Target;
use crate::tls::Tls;

/// The peer's address, which only the engine knows: an address for documentation (RFC 5737) stands for it.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 443);
/// The answer is no longer wanted (RFC 9114 section 8.1).
const CANCELLED: VarInt = VarInt::from_u32(0x10c);

/// What every connection begins with.
pub(super) struct Client {
    endpoint: Arc<EndpointConfig>,
    config: ClientConfig,
    name: String,
}

impl Client {
    /// # Errors
    /// Those of the settings of TLS; at `tls.version` when they leave no TLS 1.3.
    pub(super) fn new(spec: &LoadSpec, target: &Target, alpn: &[&[u8]]) -> Result<Self> {
        let refuse = || Error::invalid("tls.version", "QUIC has no TLS below 1.3").expected("1.3");
        // A configuration without it is not refused by what follows: it panics when it is used.
        if spec.tls.as_ref().is_some_and(|tls| tls.version == Some(TlsVersion::Tls12)) {
            return Err(refuse());
        }
        let (config, name) = Tls::settings(spec, target, alpn)?;
        let config = QuicClientConfig::try_from(config).map_err(|_| refuse())?;
        Ok(Self { endpoint: Arc::default(), config: ClientConfig::new(Arc::new(config)), name })
    }
}

pub(super) struct Quic {
    endpoint: Endpoint,
    handle: ConnectionHandle,
    connection: Connection,
}

/// What a stream has brought.
pub(super) struct Received {
    pub(super) bytes: Vec<u8>,
    pub(super) ended: bool,
    pub(super) reset: bool,
}

impl Quic {
    pub(super) fn connect(client: &Client) -> Result<Self, Fault> {
        let mut endpoint = Endpoint::new(Arc::clone(&client.endpoint), None, true, None);
        let connected = endpoint.connect(Instant::now(), client.config.clone(), PEER, &client.name);
        let (handle, connection) = connected.map_err(|error| Fault::tls(error.to_string()))?;
        Ok(Self { endpoint, handle, connection })
    }

    /// Takes a datagram.
    pub(super) fn receive(&mut self, datagram: &[u8]) {
        let mut answer = Vec::new();
        let data = BytesMut::from(datagram);
        let event = self.endpoint.handle(Instant::now(), PEER, None, None, data, &mut answer);
        if let Some(DatagramEvent::ConnectionEvent(_, event)) = event {
            self.connection.handle_event(event);
        }
    }

    /// Appends the next datagram, if there is one to say now.
    pub(super) fn say(&mut self, out: &mut Vec<u8>) {
        let now = Instant::now();
        if self.is_due() {
            self.connection.handle_timeout(now);
        }
        while let Some(event) = self.connection.poll_endpoint_events() {
            if let Some(event) = self.endpoint.handle_event(self.handle, event) {
                self.connection.handle_event(event);
            }
        }
        let said = self.connection.poll_transmit(now, 1, out);
        if said.is_none() {
            out.clear();
        }
    }

    /// Whether a timer has run out.
    pub(super) fn is_due(&mut self) -> bool {
        self.connection.poll_timeout().is_some_and(|at| at <= Instant::now())
    }

    pub(super) fn event(&mut self) -> Option<Event> {
        self.connection.poll()
    }

    pub(super) fn open(&mut self, direction: quinn_proto::Dir) -> Option<StreamId> {
        self.connection.streams().open(direction)
    }

    pub(super) fn accept(&mut self, direction: quinn_proto::Dir) -> Option<StreamId> {
        self.connection.streams().accept(direction)
    }

    /// Writes as much as the stream takes now, and ends it after the last of it. Whether that was all; a stream whose peer
    /// wants no more has said all.
    pub(super) fn write(&mut self, id: StreamId, bytes: &[u8], sent: &mut usize, ends: bool) -> bool {
        let mut stream = self.connection.send_stream(id);
        while *sent < bytes.len() {
            match stream.write(&bytes[*sent..]) {
                Ok(count) => *sent += count,
                Err(quinn_proto::WriteError::Blocked) => return false,
                Err(_) => return true,
            }
        }
        if ends {
            // It can only have been stopped, and then nobody waits for its end.
            let _ = stream.finish();
        }
        true
    }

    pub(super) fn read(&mut self, id: StreamId) -> Received {
        let mut received = Received { bytes: Vec::new(), ended: false, reset: false };
        let mut stream = self.connection.recv_stream(id);
        let Ok(mut chunks) = stream.read(true) else { return received };
        loop {
            match chunks.next(usize::MAX) {
                Ok(Some(chunk)) => received.bytes.extend_from_slice(&chunk.bytes),
                Ok(None) => {
                    received.ended = true;
                    break;
                }
                Err(ReadError::Blocked) => break,
                Err(ReadError::Reset(_)) => {
                    received.reset = true;
                    break;
                }
            }
        }
        // What it has to say of its windows is said with the next datagram, which is asked for in any case.
        let _ = chunks.finalize();
        received
    }

    /// Gives a stream up, in both directions. One that is closed already needs nothing.
    pub(super) fn cancel(&mut self, id: StreamId) {
        let _ = self.connection.send_stream(id).reset(CANCELLED);
        let _ = self.connection.recv_stream(id).stop(CANCELLED);
    }
}

/// What the end of a connection is to the requests on it.
pub(super) fn fault(reason: &ConnectionError, connected: bool) -> Fault {
    use meshery_core::Fate;
    let fate = match reason {
        _ if !connected => return Fault::tls(reason.to_string()),
        ConnectionError::TransportError(_) | ConnectionError::VersionMismatch => Fate::Protocol,
        ConnectionError::ConnectionClosed(_) | ConnectionError::ApplicationClosed(_) => Fate::EarlyClose,
        _ => Fate::Reset,
    };
    Fault { fate, message: reason.to_string().into() }
}
