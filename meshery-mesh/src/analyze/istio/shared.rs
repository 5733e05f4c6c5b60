//! What several Gateways have in common, such as a host on a port: who else has it is found without a search.

use std::collections::BTreeMap;

use meshery_core::world::Selector;

/// A server: the place of its Gateway in the list, and its own in the Gateway.
pub(in crate::analyze) type Place = (usize, usize);

/// Who has a thing, by the thing and by the Gateway's selector.
pub(in crate::analyze) struct Shared<'a, K> {
    holders: BTreeMap<K, BTreeMap<&'a Selector, Holders>>,
}

/// The first two Gateways: enough to name another one than any.
#[derive(Default)]
struct Holders(Vec<Place>);

impl<K> Default for Shared<'_, K> {
    fn default() -> Self {
        Self { holders: BTreeMap::new() }
    }
}

impl<'a, K: Ord> Shared<'a, K> {
    /// A Gateway with this selector has the thing. The servers of one Gateway come one after another.
    pub(in crate::analyze) fn add(&mut self, thing: K, selector: &'a Selector, place: Place) {
        let Holders(first) = self.holders.entry(thing).or_default().entry(selector).or_default();
        if first.len() < 2 && first.last().is_none_or(|(gateway, _)| *gateway != place.0) {
            first.push(place);
        }
    }

    /// The server of another Gateway that has the thing too, and whose selector fits.
    pub(in crate::analyze) fn other(
        &self,
        thing: &K,
        gateway: usize,
        fits: impl Fn(&Selector) -> bool,
    ) -> Option<Place> {
        let fitting = self.holders.get(thing)?.iter().filter(|(selector, _)| fits(selector));
        fitting.flat_map(|(_, Holders(first))| first).find(|(other, _)| *other != gateway).copied()
    }
}
