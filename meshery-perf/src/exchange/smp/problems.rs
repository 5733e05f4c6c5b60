//! What is wrong with a document, each with its place.

use meshery_core::Error;
use meshery_core::error::ErrorReport;
use serde_json::{Map, Value};

/// What has been found so far, and where the search is.
#[derive(Debug, Default)]
pub(super) struct Problems {
    place: String,
    found: Vec<ErrorReport>,
}

impl Problems {
    /// Looks at a place within this one.
    pub(super) fn within(&mut self, step: &str, check: impl FnOnce(&mut Self)) {
        let outer = self.place.len();
        if outer > 0 && !step.is_empty() && !step.starts_with('[') {
            self.place.push('.');
        }
        self.place.push_str(step);
        check(self);
        self.place.truncate(outer);
    }

    /// Adds a problem at this place.
    pub(super) fn add(&mut self, message: &str, expected: &str, found: &dyn std::fmt::Display) {
        let error = Error::invalid(self.place.clone(), message).expected(expected).found(found.to_string());
        self.found.push(error.report().clone());
    }

    /// Adds a problem at a place within this one.
    pub(super) fn add_at(&mut self, step: &str, message: &str, expected: &str, found: &dyn std::fmt::Display) {
        self.within(step, |problems| problems.add(message, expected, found));
    }

    /// Every member that the proto does not have: readers of protobuf refuse them.
    pub(super) fn unknown(&mut self, extra: &Map<String, Value>) {
        for name in extra.keys() {
            self.add_at(name, "no field of the proto", "a field of the proto", name);
        }
    }

    pub(super) fn into_reports(self) -> Vec<ErrorReport> {
        self.found
    }
}
