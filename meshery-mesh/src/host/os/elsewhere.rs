//! Systems on which a local host cannot keep its promises, and so does not start.

use std::process::Command;

use meshery_core::{Error, ErrorKind, Result};

pub(in crate::host) fn supported() -> Result<()> {
    Err(Error::new(ErrorKind::Unsupported, "a local host needs Linux: only there do its processes end with it")
        .expected("linux")
        .found(std::env::consts::OS))
}

pub(in crate::host) fn tether(_command: &mut Command) {}
