//! Many sets of labels, asked whether one of them has certain labels.

use std::collections::HashMap;
use std::sync::Arc;

use meshery_core::world::Labels;

/// Many sets of labels.
#[derive(Default)]
pub(in crate::analyze) struct LabelIndex {
    all: Vec<Labels>,
    /// Which of them have a label with a value.
    having: HashMap<(Arc<str>, Arc<str>), Vec<usize>>,
}

impl LabelIndex {
    /// Adds one.
    pub(in crate::analyze) fn add(&mut self, labels: Labels) {
        for (name, value) in labels.iter() {
            self.having.entry((name.into(), value.into())).or_default().push(self.all.len());
        }
        self.all.push(labels);
    }

    /// Whether one of them has all these labels.
    pub(in crate::analyze) fn has(&self, wanted: &Labels) -> bool {
        let having = wanted.iter().map(|(name, value)| self.having.get(&(name.into(), value.into())));
        // Whoever has all labels has the rarest of them.
        match having.min_by_key(|having| having.map_or(0, Vec::len)) {
            None => !self.all.is_empty(),
            Some(having) => {
                let mut candidates = having.into_iter().flatten().filter_map(|at| self.all.get(*at));
                candidates.any(|labels| labels.contains(wanted))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_must_have_them_all() {
        let mut index = LabelIndex::default();
        assert!(!index.has(&Labels::default()), "there is none");
        index.add(Labels::from_iter([("app", "reviews"), ("version", "v1")]));
        index.add(Labels::from_iter([("app", "ratings"), ("version", "v2")]));
        assert!(index.has(&Labels::default()) && index.has(&Labels::from_iter([("version", "v2")])));
        assert!(!index.has(&Labels::from_iter([("app", "reviews"), ("version", "v2")])));
    }
}
