//! Readiness as services tell it to systemd: one datagram, instead of being asked again and again.

use std::process::Command;

use meshery_core::Result;

/// The ear for one process's `READY=1` (sd_notify(3)).
pub(crate) struct Notice {
    #[cfg(target_os = "linux")]
    socket: tokio::net::UnixDatagram,
}

#[cfg(target_os = "linux")]
impl Notice {
    /// Opens an ear, and tells a program about it.
    pub(crate) fn tell(command: &mut Command) -> Result<Self> {
        use std::hash::{BuildHasher, RandomState};
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::{SocketAddr, UnixDatagram};

        // A name without a file: nothing is left of it, however this ends.
        let name = format!("meshery-{:016x}", RandomState::new().hash_one(()));
        let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name)?)?;
        socket.set_nonblocking(true)?;
        command.env("NOTIFY_SOCKET", format!("@{name}"));
        Ok(Self { socket: tokio::net::UnixDatagram::from_std(socket)? })
    }

    /// Waits until the process says that it is ready.
    pub(crate) async fn ready(&self) -> Result<()> {
        let mut message = [0; 512];
        loop {
            let length = self.socket.recv(&mut message).await?;
            if message[..length].split(|byte| *byte == b'\n').any(|line| line == b"READY=1") {
                return Ok(());
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Notice {
    pub(crate) fn tell(_command: &mut Command) -> Result<Self> {
        Ok(Self {})
    }

    pub(crate) async fn ready(&self) -> Result<()> {
        std::future::pending().await
    }
}
