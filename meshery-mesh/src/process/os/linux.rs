//! Linux: parent-death signals, process groups, and where outgoing connections get their ports.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use meshery_core::Result;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpid, getppid, kill_process_group, set_parent_process_death_signal, waitid,
};

#[expect(clippy::unnecessary_wraps, reason = "other systems refuse")]
pub(in crate::process) fn supported() -> Result<()> {
    Ok(())
}

/// Makes the kernel kill the child when the *thread* that starts it ends, in whatever way. The child gets a process
/// group of its own, so that Ctrl-C in a terminal reaches only the host, which then ends its children in order.
#[expect(unsafe_code, reason = "std offers no other way to run code between fork and exec")]
pub(in crate::process) fn tether(command: &mut Command) {
    let parent = getpid();
    let before_exec = move || {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // A parent that died before the line above sends no signal any more.
        if getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    };
    // SAFETY: between fork and exec only async-signal-safe calls are allowed. The closure makes two system calls
    // (prctl, getppid) without libc's state, takes no lock and allocates nothing: both errors are plain numbers.
    unsafe { command.pre_exec(before_exec) }.process_group(0);
}

/// Whether a child has ended, without reaping it.
pub(in crate::process) fn has_ended(child: &mut Child) -> io::Result<bool> {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    Ok(waitid(WaitId::Pid(Pid::from_child(child)), look)?.is_some())
}

/// Kills a tethered child that is not reaped yet, and all that it has started: a script around a program may not pass
/// its own end on to it.
pub(in crate::process) fn kill_group(child: &mut Child) -> io::Result<()> {
    Ok(kill_process_group(Pid::from_child(child), Signal::KILL)?)
}

/// The first of the ports that outgoing connections get.
pub(in crate::process) fn first_ephemeral_port() -> Option<u16> {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    range.split_whitespace().next()?.parse().ok()
}
