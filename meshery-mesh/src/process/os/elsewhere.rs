//! Systems on which a local host cannot keep its promises, and so does not start.

use std::io;
use std::process::{Child, Command};

use meshery_core::{Error, ErrorKind, Result};

pub(in crate::process) fn supported() -> Result<()> {
    Err(Error::new(ErrorKind::Unsupported, "a local host needs Linux: only there do its processes end with it")
        .expected("linux")
        .found(std::env::consts::OS))
}

pub(in crate::process) fn tether(_command: &mut Command) {}

pub(in crate::process) fn has_ended(child: &mut Child) -> io::Result<bool> {
    Ok(child.try_wait()?.is_some())
}

pub(in crate::process) fn kill_group(child: &mut Child) -> io::Result<()> {
    child.kill()
}

pub(in crate::process) fn first_ephemeral_port() -> Option<u16> {
    None
}
