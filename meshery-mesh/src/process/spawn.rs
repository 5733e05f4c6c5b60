//! The thread that starts processes, and children that never outlive their owner.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc;
use std::thread;

use meshery_core::{Error, ErrorKind, Result};

use super::os;

/// A thread that starts processes. The kernel ends a tethered process together with the thread that started it, so
/// that thread must not be one that a runtime may retire; this one lives as long as the host.
pub(crate) struct Spawner(mpsc::Sender<Order>);

struct Order {
    command: Command,
    reply: mpsc::SyncSender<io::Result<Tethered>>,
}

impl Spawner {
    pub(crate) fn start() -> Result<Self> {
        os::supported()?;
        let (orders, inbox) = mpsc::channel::<Order>();
        thread::Builder::new().name("meshery-spawn".into()).spawn(move || {
            for Order { mut command, reply } in inbox {
                os::tether(&mut command);
                // When nobody waits any more, the child comes back as the error and is ended by being dropped.
                let _ = reply.send(command.spawn().map(Tethered::new));
            }
        })?;
        Ok(Self(orders))
    }

    /// Starts a process. Not async, although it waits for the other thread as long as a start takes: work that is given
    /// up while it waits would leave a process that is still to come.
    pub(crate) fn spawn(&self, command: Command) -> Result<Tethered> {
        let (reply, answer) = mpsc::sync_channel(1);
        let gone = || Error::new(ErrorKind::Internal, "the thread that starts processes has ended");
        self.0.send(Order { command, reply }).map_err(|_| gone())?;
        Ok(answer.recv().map_err(|_| gone())??)
    }
}

/// A child process that is killed and reaped when this is dropped, together with whatever it has started itself.
pub(crate) struct Tethered {
    child: Child,
    end: Option<ExitStatus>,
}

impl Tethered {
    fn new(child: Child) -> Self {
        Self { child, end: None }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.end.is_none() && os::has_ended(&mut self.child)? {
            self.kill()?;
        }
        Ok(self.end)
    }

    /// Ends it and waits for its end. Also of use to one that has ended by itself: what it has started may live on, and
    /// only until it is reaped does its number surely stand for its group.
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        if self.end.is_none() {
            os::kill_group(&mut self.child)?;
            self.end = Some(self.child.wait()?);
        }
        Ok(())
    }
}

impl Drop for Tethered {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
