//! What every platform checks before a load, and where this one can make it.

use meshery_core::load::Tool;
use meshery_core::{Cancel, Context, Error, ErrorKind, LoadSpec, Measurement, Result, Stop};

use super::sessions::Sessions;
use crate::pace;
use crate::target::Target;

/// Runs a load to its end on threads of its own; blocks. `stop` ends it as the context's own flag does.
#[cfg(target_os = "linux")]
pub(super) fn run(spec: &LoadSpec, tool: Tool, context: &Context, stop: &Cancel) -> Result<Measurement> {
    super::conduct::run(spec, tool, context, stop)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn run(spec: &LoadSpec, _tool: Tool, _context: &Context, _stop: &Cancel) -> Result<Measurement> {
    check(spec)?;
    Err(Error::new(ErrorKind::Unsupported, "the native load engine runs on Linux only")
        .expected("linux")
        .found(std::env::consts::OS))
}

/// What the specification asks for, resolved; refuses what this engine does not know.
pub(super) fn check(spec: &LoadSpec) -> Result<(Target, Sessions)> {
    spec.check()?;
    let unknown = |place: &str, expected: &str| {
        let error = Error::new(ErrorKind::Unsupported, "this engine does not know it yet");
        Err(error.at(place).expected(expected))
    };
    if !pace::is_known(&spec.pace) {
        return unknown("pace", "a pace of this version");
    }
    match spec.stop {
        Stop::Duration(_) | Stop::Count(_) | Stop::Precision(_) => {}
        _ => return unknown("stop", "duration, count or precision"),
    }
    Sessions::prepare(spec)
}
