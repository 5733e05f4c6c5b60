//! Many sets of labels, and many selectors, found by those that they have in common with what is asked.

use std::collections::HashMap;
use std::sync::Arc;

use meshery_core::world::{Labels, Selector};

/// Places by a label with its value.
#[derive(Default)]
struct ByLabel(HashMap<Arc<str>, HashMap<Arc<str>, Vec<usize>>>);

impl ByLabel {
    fn add(&mut self, (name, value): &(Arc<str>, Arc<str>), place: usize) {
        self.0.entry(Arc::clone(name)).or_default().entry(Arc::clone(value)).or_default().push(place);
    }

    fn get(&self, (name, value): &(Arc<str>, Arc<str>)) -> &[usize] {
        self.0.get(name).and_then(|values| values.get(value)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Many sets of labels.
#[derive(Default)]
pub(in crate::analyze) struct LabelIndex {
    all: Vec<Labels>,
    having: ByLabel,
}

impl LabelIndex {
    /// Adds one.
    pub(in crate::analyze) fn add(&mut self, labels: Labels) {
        labels.pairs().iter().for_each(|pair| self.having.add(pair, self.all.len()));
        self.all.push(labels);
    }

    /// The values that they give to a label.
    pub(in crate::analyze) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.having.0.get(name).into_iter().flat_map(|values| values.keys().map(|value| &**value))
    }

    /// Whether one of them has all these labels.
    pub(in crate::analyze) fn has(&self, wanted: &Labels) -> bool {
        self.having(wanted).next().is_some()
    }

    /// Which of them have all these labels, by their number.
    pub(in crate::analyze) fn having(&self, wanted: &Labels) -> impl Iterator<Item = usize> {
        // Whoever has all labels has the rarest of them.
        let rarest = wanted.pairs().iter().map(|pair| self.having.get(pair)).min_by_key(|having| having.len());
        let everybody = if rarest.is_none() { 0..self.all.len() } else { 0..0 };
        let wanted = wanted.clone();
        let candidates = rarest.unwrap_or_default().iter().copied().chain(everybody);
        candidates.filter(move |at| self.all.get(*at).is_some_and(|labels| labels.contains(&wanted)))
    }
}

/// Many selectors.
#[derive(Default)]
pub(in crate::analyze) struct SelectorIndex {
    all: Vec<Selector>,
    /// By the first label that they ask for.
    asking: ByLabel,
    /// Those that ask for no label with a value.
    others: Vec<usize>,
}

impl SelectorIndex {
    /// Adds one.
    pub(in crate::analyze) fn add(&mut self, selector: Selector) {
        match selector.equal.pairs().first() {
            Some(first) => self.asking.add(first, self.all.len()),
            None => self.others.push(self.all.len()),
        }
        self.all.push(selector);
    }

    /// Which of them labels are as asked by, by their number, in no order.
    pub(in crate::analyze) fn matching(&self, labels: &Labels) -> impl Iterator<Item = usize> {
        let asking = labels.pairs().iter().flat_map(|pair| self.asking.get(pair));
        let matches = move |at: &usize| self.all.get(*at).is_some_and(|selector| selector.matches(labels));
        asking.chain(&self.others).copied().filter(matches)
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
        assert_eq!(index.having(&Labels::default()).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn selectors_are_found_by_what_they_ask_for() {
        let mut index = SelectorIndex::default();
        for selector in [
            Selector::equal([("app", "reviews"), ("version", "v1")]),
            Selector::default(),
            Selector::equal([("version", "v1")]),
        ] {
            index.add(selector);
        }
        let matching = |labels: &Labels| {
            let mut found: Vec<usize> = index.matching(labels).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(matching(&Labels::from_iter([("app", "reviews"), ("version", "v1")])), [0, 1, 2]);
        assert_eq!(matching(&Labels::from_iter([("app", "reviews")])), [1]);
        assert_eq!(matching(&Labels::default()), [1]);
    }
}
