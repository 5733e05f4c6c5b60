//! What processes use within a load window.
//!
//! The load engine tells when its window begins and ends; a thread of our own then reads /proc, so that the engine's
//! threads never wait for it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use meshery_core::comparison::ProcessUse;
use meshery_core::host::ProcessRef;
use meshery_core::{Context, Error, ErrorKind, Event, Result};

use super::process::{Usage, usage};

pub(crate) struct Sampler {
    thread: JoinHandle<Result<Vec<ProcessUse>>>,
}

impl Sampler {
    /// A sampler of these processes, and the context to give to the load.
    pub(crate) fn start(processes: Vec<ProcessRef>, context: &Context) -> Result<(Self, Context)> {
        let (sender, receiver) = channel();
        let thread =
            std::thread::Builder::new().name("meshery-usage".into()).spawn(move || sample(&processes, &receiver))?;
        let inner = context.clone();
        let listening = Context::new(context.cancel.clone(), move |event: &Event| {
            mark(&sender, event);
            inner.report(event);
        });
        Ok((Self { thread }, listening))
    }

    /// The use within the window; the context from [`start`](Self::start) must be gone by now.
    pub(crate) fn finish(self) -> Result<Vec<ProcessUse>> {
        let died = |_| Error::new(ErrorKind::Internal, "the usage thread ended in a panic");
        self.thread.join().map_err(died)?
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Start,
    End,
}

fn mark(sender: &Sender<Mark>, event: &Event) {
    // A sampler that is gone has failed already and says so in `finish`.
    let _ = match event {
        Event::WindowStarted => sender.send(Mark::Start),
        Event::WindowEnded => sender.send(Mark::End),
        _ => Ok(()),
    };
}

fn sample(processes: &[ProcessRef], marks: &Receiver<Mark>) -> Result<Vec<ProcessUse>> {
    let all = || processes.iter().map(|process| usage(process.pid)).collect::<Result<Vec<Usage>>>();
    let (mut before, mut after) = (None, None);
    for mark in marks {
        match mark {
            Mark::Start => before = Some(all()?),
            Mark::End => after = Some(all()?),
        }
    }
    let missing = || Error::new(ErrorKind::Internal, "the load did not tell its window");
    let (before, after) = (before.ok_or_else(missing)?, after.ok_or_else(missing)?);
    let uses = processes.iter().zip(before.iter().zip(after)).map(|(process, (before, after))| ProcessUse {
        name: process.name.clone(),
        role: process.role,
        cpu: after.cpu.saturating_sub(before.cpu),
        memory_bytes: after.memory_bytes,
        peak_memory_bytes: after.peak_memory_bytes,
    });
    Ok(uses.collect())
}
