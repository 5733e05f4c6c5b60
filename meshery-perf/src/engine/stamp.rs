//! When the kernel received what is read from a socket: a thread that slept meanwhile need not hurry, and reports no
//! waking as latency.
//!
//! The kernel stamps by the wall clock (`SO_TIMESTAMPNS`, socket(7)). Only the age of a stamp is used, so that a clock that
//! is set in mid-run spoils nothing but the answers of that moment, and those are recognised by an age that cannot be.

use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;

/// Room for what a kernel says beside the bytes.
pub(super) struct Space(Vec<u8>);

impl Space {
    pub(super) fn new() -> Self {
        Self(nix::cmsg_space!(TimeSpec))
    }

    /// Receives, with the time at which the last of the bytes came, where the kernel says so.
    pub(super) fn receive(&mut self, socket: impl AsFd, buffer: &mut [u8]) -> io::Result<(usize, Option<SystemTime>)> {
        let mut parts = [IoSliceMut::new(buffer)];
        let socket = socket.as_fd().as_raw_fd();
        let message = recvmsg::<()>(socket, &mut parts, Some(&mut self.0), MsgFlags::empty())?;
        let stamp = message.cmsgs().ok().and_then(|mut said| {
            said.find_map(|said| match said {
                ControlMessageOwned::ScmTimestampns(stamp) => Some(UNIX_EPOCH + Duration::from(stamp)),
                _ => None,
            })
        });
        Ok((message.bytes, stamp))
    }
}

/// Asks the kernel to stamp what it receives; where it cannot, the time of reading stands for it.
pub(super) fn ask(socket: &impl AsFd) {
    let _ = setsockopt(socket, sockopt::ReceiveTimestampns, &true);
}

/// How long ago a stamp was; `None` if it is older than it can be, or from the future.
pub(super) fn age(stamp: SystemTime, oldest: u64) -> Option<u64> {
    let age = SystemTime::now().duration_since(stamp).ok()?.as_nanos();
    u64::try_from(age).ok().filter(|age| *age <= oldest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    /// A stamp lies between the sending and the reading. The kernel may set it a moment after the sender's call has come
    /// back, when it is short of time, and sets none until a worker of its own has turned stamping on for the first socket
    /// that asked; but not each time: a stamp that were the time of reading would never lie before.
    #[test]
    fn bytes_are_as_old_as_their_wait_in_the_kernel() {
        let old = |_| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let reader = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            ask(&reader);
            let before = SystemTime::now();
            listener.accept().unwrap().0.write_all(b"hello").unwrap();
            let after = SystemTime::now();
            std::thread::sleep(Duration::from_millis(10));
            let (count, stamp) = Space::new().receive(&reader, &mut [0; 64]).unwrap();
            let read = SystemTime::now();
            assert_eq!(count, 5);
            let Some(stamp) = stamp else { return false };
            assert!((before..=read).contains(&stamp), "{before:?} {stamp:?} {read:?}");
            stamp <= after
        };
        assert!((0..50).any(old));
    }

    #[test]
    fn a_clock_that_was_set_is_not_believed() {
        let now = SystemTime::now();
        assert!(age(now - Duration::from_millis(1), 1_000_000_000).is_some());
        assert_eq!(age(now - Duration::from_secs(3600), 1_000_000_000), None);
        assert_eq!(age(now + Duration::from_secs(3600), 1_000_000_000), None);
    }
}
