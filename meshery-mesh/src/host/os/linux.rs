//! Linux: parent-death signals.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use meshery_core::Result;
use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};

#[expect(clippy::unnecessary_wraps, reason = "other systems refuse")]
pub(in crate::host) fn supported() -> Result<()> {
    Ok(())
}

/// Makes the kernel kill the child when the *thread* that starts it ends, in whatever way. The child gets a process
/// group of its own, so that Ctrl-C in a terminal reaches only the host, which then ends its children in order.
#[expect(unsafe_code, reason = "std offers no other way to run code between fork and exec")]
pub(in crate::host) fn tether(command: &mut Command) {
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
