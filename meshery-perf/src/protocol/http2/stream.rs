//! The streams of a connection.

use std::sync::Arc;

use super::Framing;
use super::flow::{Taken, Window};
use crate::content::Inspection;
use crate::protocol::Number;

/// A request and its answer.
pub(super) struct Stream {
    pub(super) id: u32,
    pub(super) to_head: bool,
    pub(super) upload: Upload,
    pub(super) window: Window,
    pub(super) taken: Taken,
    pub(super) framing: Framing,
    pub(super) kept: Option<Inspection>,
    pub(super) begun: bool,
    /// The HTTP status, once the head of the answer is here.
    pub(super) http: Option<u16>,
    /// What the protocol above says of the answer.
    pub(super) status: Option<u16>,
    /// How long the body said that it would be, and how long it was.
    pub(super) length: Option<u64>,
    pub(super) received: u64,
}

/// A body on its way.
pub(super) struct Upload {
    pub(super) body: Arc<[u8]>,
    pub(super) sent: usize,
    /// How much of it may be said by now.
    pub(super) allowed: usize,
    in_turns: bool,
}

impl Upload {
    /// All at once, or the next message when the one before has been answered.
    pub(super) fn new(body: Arc<[u8]>, in_turns: bool) -> Self {
        let allowed = if in_turns { Framing::end_of(&body, 0) } else { body.len() };
        Self { body, sent: 0, allowed, in_turns }
    }

    /// So many messages have come back.
    pub(super) fn answered(&mut self, messages: usize) {
        if self.in_turns {
            self.allowed = Framing::end_of(&self.body, messages);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.sent == self.body.len()
    }
}

/// Streams by the number of their request, and found again by their identifier.
#[derive(Default)]
pub(super) struct Streams {
    slots: Vec<Option<Stream>>,
    pub(super) open: usize,
}

impl Streams {
    pub(super) fn insert(&mut self, number: Number, stream: Stream) {
        let at = number as usize;
        if at >= self.slots.len() {
            self.slots.resize_with(at + 1, || None);
        }
        self.slots[at] = Some(stream);
        self.open += 1;
    }

    pub(super) fn get(&mut self, number: Number) -> Option<&mut Stream> {
        self.slots.get_mut(number as usize)?.as_mut()
    }

    /// There are few of them, and mostly the one that is looked for is among the first: numbers are used again.
    pub(super) fn find(&self, id: u32) -> Option<Number> {
        let has = |slot: &Option<Stream>| slot.as_ref().is_some_and(|stream| stream.id == id);
        self.slots.iter().position(has).map(|at| at as Number)
    }

    pub(super) fn remove(&mut self, number: Number) -> Option<Stream> {
        let stream = self.slots.get_mut(number as usize)?.take()?;
        self.open -= 1;
        Some(stream)
    }

    pub(super) fn all(&mut self) -> impl Iterator<Item = (Number, &mut Stream)> {
        self.slots.iter_mut().enumerate().filter_map(|(at, slot)| Some((at as Number, slot.as_mut()?)))
    }
}
