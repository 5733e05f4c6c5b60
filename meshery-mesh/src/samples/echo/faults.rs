//! What the echo is told about failing and waiting.

use std::time::Duration;

use meshery_core::Result;
use serde_json::{Map, Value};

use super::VERSIONS;
use crate::providers::settings::Settings;

/// Each setting with what it says.
pub(super) const SETTINGS: [(&str, &str); 4] = [
    ("abort_percentage", "how many of a hundred requests are answered with abort_status: from 0 to 100, by default 0"),
    ("abort_status", "the HTTP status of those: from 400 to 599, by default 503"),
    ("delay", "how long answers are held back, such as 100ms: from 1ms to 60s, by default not at all"),
    ("faulty", "which version does so: v1 or v2, by default both"),
];

/// What one version does to its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// From 0 to 100.
    pub(super) abort_percentage: u8,
    pub(super) abort_status: u16,
    pub(super) delay: Option<Duration>,
}

/// The settings, read and checked.
pub(super) struct Faults<'a> {
    fault: Fault,
    faulty: Option<&'a str>,
}

impl<'a> Faults<'a> {
    pub(super) fn read(given: &'a Map<String, Value>) -> Result<Self> {
        let settings = Settings::new(given, &SETTINGS.map(|(name, _)| name))?;
        let fault = Fault {
            abort_percentage: settings.whole_number("abort_percentage", 0..=100, 0)? as u8,
            abort_status: settings.whole_number("abort_status", 400..=599, 503)? as u16,
            delay: settings.duration("delay", Duration::from_millis(1)..=Duration::from_secs(60))?,
        };
        Ok(Self { fault, faulty: settings.word("faulty", &VERSIONS)? })
    }

    /// What this version does.
    pub(super) fn of(&self, version: &str) -> Fault {
        match self.faulty {
            Some(faulty) if faulty != version => Fault { abort_percentage: 0, delay: None, ..self.fault },
            _ => self.fault,
        }
    }

    /// Whether no request at all is aborted.
    pub(super) fn always_answer(&self) -> bool {
        self.fault.abort_percentage == 0
    }
}
