//! The thread that starts processes, and children that never outlive their owner.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc;
use std::thread;

use meshery_core::{Error, ErrorKind, Result};
use tokio::sync::oneshot;

use super::os;

/// A thread that starts processes. The kernel ends a tethered process together with the thread that started it, so
/// that thread must not be one that a runtime may retire; this one lives as long as the host or any child of it.
#[derive(Clone)]
pub(super) struct Spawner(mpsc::Sender<Order>);

struct Order {
    command: Command,
    reply: oneshot::Sender<io::Result<Tethered>>,
}

impl Spawner {
    pub(super) fn start() -> Result<Self> {
        os::supported()?;
        let (orders, inbox) = mpsc::channel::<Order>();
        thread::Builder::new().name("meshery-spawn".into()).spawn(move || {
            for Order { mut command, reply } in inbox {
                os::tether(&mut command);
                // When nobody waits any more, the child comes back as the error and is ended by being dropped.
                let _ = reply.send(command.spawn().map(Tethered));
            }
        })?;
        Ok(Self(orders))
    }

    pub(super) async fn spawn(&self, command: Command) -> Result<Tethered> {
        let (reply, answer) = oneshot::channel();
        let gone = || Error::new(ErrorKind::Internal, "the thread that starts processes has ended");
        self.0.send(Order { command, reply }).map_err(|_| gone())?;
        Ok(answer.await.map_err(|_| gone())??)
    }
}

/// A child process that is killed and reaped when this is dropped.
pub(super) struct Tethered(Child);

impl Tethered {
    pub(super) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.0.try_wait()
    }

    pub(super) fn kill(&mut self) -> io::Result<()> {
        self.0.kill()
    }
}

impl Drop for Tethered {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
