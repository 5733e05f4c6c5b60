//! The texts of files, each kept once: most keys and many values are there again and again.

use std::collections::HashSet;
use std::sync::Arc;

/// Longer ones are seldom there twice.
const LONGEST: usize = 48;

/// After so many, one begins anew: what comes then has seldom been there before.
const MOST: usize = 1 << 16;

/// What has been read so far.
#[derive(Default)]
pub(in crate::analyze) struct Texts(HashSet<Arc<str>>);

impl Texts {
    /// The text, shared with where it stood before.
    pub(super) fn of(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return text.into();
        }
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}
