//! Flow control (RFC 9113 section 5.2): how much may be sent, and telling the peer that what it sent has been taken.

use super::frame;
use crate::protocol::Fault;

/// A window that we may send in. Settings can make it negative.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window(i64);

/// No window is larger.
const MOST: i64 = (1 << 31) - 1;

impl Window {
    pub(super) fn new(size: u32) -> Self {
        Self(i64::from(size))
    }

    /// How many bytes of so many may be sent.
    pub(super) fn room(self, wanted: usize) -> usize {
        usize::try_from(self.0).unwrap_or(0).min(wanted)
    }

    pub(super) fn take(&mut self, count: usize) {
        self.0 = self.0.saturating_sub_unsigned(count as u64);
    }

    /// The peer makes it larger, or by its settings smaller.
    pub(super) fn change(&mut self, by: i64) -> Result<(), Fault> {
        self.0 += by;
        if self.0 > MOST { Err(Fault::protocol("a flow-control window larger than 2^31 - 1")) } else { Ok(()) }
    }
}

/// Bytes that were received and not yet given back. Ours begin at 2^31 - 1, so giving back is rare.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taken(u32);

const GIVE_BACK: u32 = 1 << 28;

impl Taken {
    pub(super) fn add(&mut self, count: usize, stream: u32, out: &mut Vec<u8>) {
        self.0 += count as u32;
        if self.0 >= GIVE_BACK {
            frame::window_update(stream, self.0, out);
            self.0 = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_may_be_negative_and_never_too_large() {
        let mut window = Window::new(10);
        window.take(8);
        assert_eq!((window.room(5), window.room(1)), (2, 1));
        window.change(-7).unwrap();
        assert_eq!(window.room(5), 0);
        assert!(window.change(MOST + 6).is_err());
    }

    #[test]
    fn what_was_taken_is_given_back_now_and_then() {
        let (mut taken, mut out) = (Taken::default(), Vec::new());
        (0..GIVE_BACK / 16_384).for_each(|_| taken.add(16_384, 3, &mut out));
        assert_eq!(out.len(), frame::HEADER + 4);
        assert_eq!(out[8], 3);
    }
}
