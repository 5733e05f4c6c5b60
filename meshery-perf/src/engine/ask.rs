//! One request on a connection of its own, before a load: what a protocol has to learn of its target.

use std::sync::Arc;
use std::time::{Duration, Instant};

use meshery_core::{Error, ErrorKind, Fate, LoadSpec, Result};

use super::connection::{Broken, Open};
use super::poller::{Patience, Poller, Ready};
use super::recorder::Request;
use super::sessions::Sessions;
use super::socket::Socket;
use crate::pace::Due;
use crate::protocol::{self, Answer, Prepared, Sign};
use crate::target::Target;

/// The specification with what the target has told; `None` when nothing is left to it.
pub(super) fn learn(spec: &LoadSpec) -> Result<Option<LoadSpec>> {
    let protocol = protocol::by_name(&spec.protocol)?;
    let target = Target::parse(&spec.target, protocol.schemes())?;
    let mut ask = |prepared: Arc<dyn Prepared>| Asking::open(spec, &target, prepared)?.answer();
    protocol.learn(&target, spec, &mut ask)
}

struct Asking<'a> {
    target: &'a Target,
    poller: Poller,
    open: Open,
    end: Instant,
    ready: Vec<Ready>,
}

impl<'a> Asking<'a> {
    fn open(spec: &LoadSpec, target: &'a Target, prepared: Arc<dyn Prepared>) -> Result<Self> {
        let sessions = Sessions::around(spec, target, prepared)?;
        let address = target.resolve(&spec.network)?.into_iter().next();
        let address = address.ok_or_else(|| Error::new(ErrorKind::Unreachable, "no address").at(&target.authority))?;
        let (poller, end) = (Poller::new()?, Instant::now() + spec.timeout);
        let socket = Socket::connect(&address, sessions.transport)?;
        poller.watch(&socket, 0)?;
        let mut ready = Vec::new();
        while socket.outcome().transpose()?.is_none() {
            poller.wait(Patience::Coarse(left(end, target)?), &mut ready)?;
        }
        let open = Open::new(socket, sessions.session()?, 0, None);
        Ok(Self { target, poller, open, end, ready })
    }

    fn answer(mut self) -> Result<Answer> {
        let (mut begun, mut buffer) = (false, vec![0; 64 * 1024]);
        loop {
            if !begun && self.open.has_room() {
                self.open.begin(Request::new(Due { at: 0, measured: false }, 0));
                begun = true;
            }
            self.open.flush().map_err(|broken| self.lost(&broken))?;
            let mut outcome = None;
            let received = self.open.receive(&mut buffer, false, None);
            self.open.signs(|_, sign, _| match sign {
                Sign::Begun => {}
                Sign::Ended(answer) => outcome = Some(answer),
                Sign::Failed(fate) => outcome = Some(Answer { status: None, fate }),
            });
            if let Some(answer) = outcome {
                return Ok(answer);
            }
            received.map_err(|broken| self.lost(&broken))?;
            if begun || !self.open.has_room() {
                self.poller.wait(Patience::Coarse(left(self.end, self.target)?), &mut self.ready)?;
                self.ready.clear();
            }
        }
    }

    fn lost(&self, broken: &Broken) -> Error {
        let kind = if broken.fate == Fate::Tls { ErrorKind::Tls } else { ErrorKind::Unreachable };
        let error = Error::new(kind, "the target answers no question before the load").at(&self.target.authority);
        error.found(&broken.why)
    }
}

fn left(end: Instant, target: &Target) -> Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() {
        let error = Error::new(ErrorKind::Timeout, "no answer to a question before the load");
        return Err(error.at(&target.authority));
    }
    Ok(left)
}
