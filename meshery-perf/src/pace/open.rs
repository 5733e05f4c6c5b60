//! An open loop: what is due does not depend on answers.

use std::iter::Peekable;

use super::{Arrival, Due, Schedule, Share};

pub(super) struct Open(Peekable<Box<dyn Iterator<Item = Due> + Send>>);

impl Open {
    /// One thread's share of these arrivals.
    pub(super) fn new(arrivals: impl Iterator<Item = Due> + Send + 'static, share: Share) -> Self {
        let position = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let own = arrivals.skip(position(share.thread)).step_by(position(share.of));
        Self((Box::new(own) as Box<dyn Iterator<Item = Due> + Send>).peekable())
    }
}

impl Schedule for Open {
    fn poll(&mut self, now: u64, _free: bool) -> Arrival {
        match self.0.peek() {
            None => Arrival::Finished,
            Some(due) if due.at > now => Arrival::Later(due.at),
            Some(due) => {
                let due = *due;
                self.0.next();
                Arrival::Due(due)
            }
        }
    }
}
