//! Sockets that never block: TCP, UDP and Unix, by one type.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, connect, getpeername, recv, send,
    socket_with, sockopt,
};

use crate::protocol::Transport;
use crate::target::Address;

pub(super) struct Socket(OwnedFd);

impl Socket {
    /// Begins to connect; how it ends shows as an event and in [`outcome`](Self::outcome).
    pub(super) fn connect(address: &Address, transport: Transport) -> io::Result<Self> {
        let family = match address {
            Address::Ip(address) if address.is_ipv4() => AddressFamily::INET,
            Address::Ip(_) => AddressFamily::INET6,
            Address::Unix(_) => AddressFamily::UNIX,
        };
        let kind = match transport {
            Transport::Stream => SocketType::STREAM,
            Transport::Datagram => SocketType::DGRAM,
        };
        let socket = socket_with(family, kind, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC, None)?;
        let begun = match address {
            Address::Ip(address) => connect(&socket, address),
            Address::Unix(path) => connect(&socket, &SocketAddrUnix::new(path)?),
        };
        match begun {
            Ok(()) | Err(rustix::io::Errno::INPROGRESS) => {}
            Err(error) => return Err(error.into()),
        }
        if matches!((address, transport), (Address::Ip(_), Transport::Stream)) {
            sockopt::set_tcp_nodelay(&socket, true)?;
        }
        Ok(Self(socket))
    }

    /// Whether it is connected; `None` while it is still on its way.
    pub(super) fn outcome(&self) -> Option<io::Result<()>> {
        match sockopt::socket_error(&self.0) {
            Ok(Ok(())) => {}
            Ok(Err(error)) | Err(error) => return Some(Err(error.into())),
        }
        match getpeername(&self.0) {
            Ok(_) => Some(Ok(())),
            Err(rustix::io::Errno::NOTCONN) => None,
            Err(error) => Some(Err(error.into())),
        }
    }

    /// Writes; a peer that is gone is an error, never a signal.
    pub(super) fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        Ok(send(&self.0, bytes, SendFlags::NOSIGNAL)?)
    }

    pub(super) fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(recv(&self.0, buffer, RecvFlags::empty())?.0)
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
