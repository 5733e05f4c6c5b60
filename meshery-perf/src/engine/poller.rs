//! Readiness and precise waiting: epoll, edge-triggered so that no request costs an `epoll_ctl`, and a timer among what
//! it watches, because epoll's own timeout counts in milliseconds (`epoll_pwait2` would not, but needs Linux 5.11 and is
//! refused by older seccomp profiles).

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::{Timespec, epoll};
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime};

/// Events taken at once; more stay in the kernel for the next turn.
const BATCH: usize = 128;
/// The key of the timer, which is no socket's.
const TIMER: u64 = u64::MAX;

/// A socket has something to say.
pub(super) struct Ready {
    pub(super) key: usize,
    /// The peer closes: the edge is told once, so what is there must be read to its end now.
    pub(super) closing: bool,
}

pub(super) struct Poller {
    epoll: OwnedFd,
    timer: OwnedFd,
}

/// How long to wait for events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Only look.
    None,
    /// At most this long, to the nanosecond as far as the kernel can.
    Precise(Duration),
    /// About this long, rounded up to a millisecond.
    Coarse(Duration),
}

impl Poller {
    pub(super) fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        // Edge-triggered, each expiry is told once without being read.
        let flags = epoll::EventFlags::IN | epoll::EventFlags::ET;
        epoll::add(&epoll, &timer, epoll::EventData::new_u64(TIMER), flags)?;
        Ok(Self { epoll, timer })
    }

    /// Watches a socket until it is closed; `key` comes back with its events.
    pub(super) fn watch(&self, socket: impl AsFd, key: u64) -> io::Result<()> {
        let flags = epoll::EventFlags::IN | epoll::EventFlags::OUT | epoll::EventFlags::RDHUP | epoll::EventFlags::ET;
        Ok(epoll::add(&self.epoll, socket, epoll::EventData::new_u64(key), flags)?)
    }

    /// Waits for events and hands each to `ready`.
    pub(super) fn wait(&self, patience: Patience, ready: &mut Vec<Ready>) -> io::Result<()> {
        let timeout = match patience {
            Patience::None => Some(timespec(Duration::ZERO)),
            Patience::Coarse(time) => Some(timespec(time)),
            Patience::Precise(time) => {
                let once = Itimerspec { it_interval: timespec(Duration::ZERO), it_value: timespec(time) };
                timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &once)?;
                None
            }
        };
        let mut events = [MaybeUninit::<epoll::Event>::uninit(); BATCH];
        match epoll::wait(&self.epoll, &mut events, timeout.as_ref()) {
            Ok((events, _)) => {
                let of_sockets = events.iter().filter(|event| event.data.u64() != TIMER);
                ready.extend(of_sockets.map(|event| {
                    let (flags, key) = (event.flags, event.data.u64() as usize);
                    let closed = epoll::EventFlags::RDHUP | epoll::EventFlags::HUP | epoll::EventFlags::ERR;
                    Ready { key, closing: flags.intersects(closed) }
                }));
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

/// Sleeps, whatever happens on the sockets; a signal may end it early.
pub(super) fn doze(time: Duration) {
    let _ = rustix::thread::clock_nanosleep_relative(rustix::thread::ClockId::Monotonic, &timespec(time));
}

fn timespec(time: Duration) -> Timespec {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timespec { tv_sec: seconds, tv_nsec: time.subsec_nanos().into() }
}

/// Makes this thread's timers as precise as the kernel can.
pub(super) fn sharpen_timers() {
    // Refused in some sandboxes; the send lag then shows what it costs.
    let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
}

/// Processor time of this thread so far.
pub(super) fn thread_cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
