//! The end of what a process writes.

use std::io::{PipeReader, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use meshery_core::Result;

/// How much is kept, in bytes and in lines.
const KEEP: usize = 16 * 1024;
const LINES: usize = 20;

/// The end of what a process writes, read by a thread of its own: whatever the caller's runtime does, the process is
/// never held up by a full pipe.
#[derive(Default)]
pub(crate) struct Log {
    tail: Mutex<Vec<u8>>,
    complete: AtomicBool,
}

impl Log {
    pub(crate) fn follow(mut pipe: PipeReader) -> Result<Arc<Self>> {
        let log = Arc::new(Self::default());
        let writer = Arc::clone(&log);
        thread::Builder::new().name("meshery-log".into()).spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut chunk) {
                writer.push(&chunk[..length]);
            }
            writer.complete.store(true, Ordering::Release);
        })?;
        Ok(log)
    }

    fn push(&self, bytes: &[u8]) {
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend_from_slice(bytes);
        let surplus = tail.len().saturating_sub(KEEP);
        tail.drain(..surplus);
    }

    /// The last lines so far.
    pub(crate) fn last_words(&self) -> String {
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&tail);
        let lines: Vec<_> = text.trim_end().lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }

    /// The last lines of a process that has ended, which may still be on their way through the pipe. Not waited for
    /// without end, because a child of the process may keep the pipe open.
    pub(crate) async fn final_words(&self) -> String {
        for _ in 0..100 {
            if self.complete.load(Ordering::Acquire) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.last_words()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_is_kept() {
        let log = Log::default();
        for line in 0..10_000 {
            log.push(format!("line {line}\n").as_bytes());
        }
        let words = log.last_words();
        assert!(words.starts_with("line 9980\n") && words.ends_with("line 9999"), "{words}");
        assert!(log.tail.lock().unwrap().len() <= KEEP);
    }

    #[test]
    fn what_is_not_text_does_no_harm() {
        let log = Log::default();
        log.push(&[0xff, b'a', 0xc3]);
        assert_eq!(log.last_words(), "\u{fffd}a\u{fffd}");
    }
}
