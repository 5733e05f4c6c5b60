//! What the threads of a load and the one that watches them say to each other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use meshery_core::{Cancel, Phase};

/// One thread's end of it.
#[derive(Clone)]
pub(super) struct Signals {
    /// Stop at once, and give up what is on the way.
    pub(super) cancel: Cancel,
    /// Requests that have ended so far, over all threads.
    pub(super) done: Arc<AtomicU64>,
    /// Begin nothing from this time on, in nanoseconds since the start of the load, and end when all is answered.
    finish: Arc<AtomicU64>,
    /// What each thread has measured so far; `None` when nobody wants to know before the end.
    so_far: Option<Arc<Mutex<Vec<Phase>>>>,
}

impl Signals {
    /// `watched`: whether results are looked at during the load.
    pub(super) fn new(threads: usize, watched: bool) -> Self {
        Self {
            cancel: Cancel::new(),
            done: Arc::new(AtomicU64::new(0)),
            finish: Arc::new(AtomicU64::new(u64::MAX)),
            so_far: watched.then(|| Arc::new(Mutex::new(vec![Phase::default(); threads]))),
        }
    }

    pub(super) fn finish_at(&self, time: u64) {
        self.finish.fetch_min(time, Ordering::Relaxed);
    }

    /// When nothing more is begun; `None` when the schedule says so itself.
    pub(super) fn finish(&self) -> Option<u64> {
        Some(self.finish.load(Ordering::Relaxed)).filter(|time| *time != u64::MAX)
    }

    pub(super) fn is_watched(&self) -> bool {
        self.so_far.is_some()
    }

    /// A thread tells what it has measured.
    pub(super) fn tell(&self, thread: u64, phase: Phase) {
        if let Some(all) = &self.so_far
            && let Some(own) = all.lock().unwrap_or_else(PoisonError::into_inner).get_mut(thread as usize)
        {
            *own = phase;
        }
    }

    /// What all threads have told.
    pub(super) fn so_far(&self) -> Option<Phase> {
        let all = self.so_far.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sum = Phase::default();
        all.iter().for_each(|phase| sum.merge(phase));
        Some(sum)
    }
}
