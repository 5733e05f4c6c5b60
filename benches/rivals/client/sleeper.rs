//! What it costs on this machine to wake so often, and how late that is, for a thread that has nothing else to do.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use rustix::thread::{ClockId, Timespec, clock_nanosleep_relative, set_current_timer_slack};

use super::{Client, histogram, plain, read_plain, tell, told};
use crate::Result;

pub(super) const NAME: &str = "sleeper";

pub(crate) const CLIENT: Client =
    Client { name: "a thread that only sleeps", program: "", how: "", arguments: |ask| plain(NAME, ask), read: told };

pub(super) fn play(arguments: &[String]) -> Result {
    let asked = read_plain(arguments)?;
    set_current_timer_slack(Some(NonZeroU64::MIN))?;
    let mut times = histogram()?;
    let (gap, count) = (Duration::from_secs(1) / asked.rate, u64::from(asked.rate) * asked.seconds);
    let mut due = Instant::now() + gap;
    while times.len() < count {
        let left = due.saturating_duration_since(Instant::now());
        let _ = clock_nanosleep_relative(
            ClockId::Monotonic,
            &Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() },
        );
        times.saturating_record(due.elapsed().as_nanos() as u64);
        due += gap;
    }
    tell(&times);
    Ok(())
}
