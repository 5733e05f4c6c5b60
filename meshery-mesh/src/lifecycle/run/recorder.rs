//! What happens, in order, for whoever listens and for whoever asks later.

use std::sync::{Arc, Mutex, PoisonError};

use meshery_core::lifecycle::{Happening, OperationEvent};
use meshery_core::{Context, Event};

/// Numbers what happens during one operation. Cheap to clone.
#[derive(Clone)]
pub(in crate::lifecycle) struct Recorder {
    operation: Arc<str>,
    context: Context,
    events: Arc<Mutex<Vec<OperationEvent>>>,
}

impl Recorder {
    pub(in crate::lifecycle) fn new(operation: &str, context: &Context) -> Self {
        Self { operation: operation.into(), context: context.clone(), events: Arc::default() }
    }

    /// The operation's id.
    pub(in crate::lifecycle) fn operation(&self) -> &str {
        &self.operation
    }

    /// The caller's side.
    pub(in crate::lifecycle) fn context(&self) -> &Context {
        &self.context
    }

    pub(in crate::lifecycle) fn tell(&self, happening: Happening) {
        // Listeners are told under the lock: nobody hears of the second before the first.
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let sequence = events.len() as u64 + 1;
        let event = OperationEvent { operation: self.operation.to_string(), sequence, happening };
        self.context.report(&Event::Operation(event.clone()));
        events.push(event);
    }

    /// All that has happened so far, and what is about to be told.
    pub(in crate::lifecycle) fn events_with(&self, coming: Vec<Happening>) -> Vec<OperationEvent> {
        let mut events = self.events();
        for happening in coming {
            let sequence = events.len() as u64 + 1;
            events.push(OperationEvent { operation: self.operation.to_string(), sequence, happening });
        }
        events
    }

    /// All that has happened so far.
    pub(in crate::lifecycle) fn events(&self) -> Vec<OperationEvent> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
