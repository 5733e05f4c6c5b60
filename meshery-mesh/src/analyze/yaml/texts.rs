//! The texts of a file, each kept once: most keys and many values are there again and again.

use std::collections::HashSet;
use std::sync::Arc;

/// Longer ones are seldom there twice.
const LONGEST: usize = 48;

/// What has been read of a file so far.
#[derive(Default)]
pub(super) struct Texts(HashSet<Arc<str>>);

impl Texts {
    /// The text, shared with where it stood before.
    pub(super) fn of(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return text.into();
        }
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}
