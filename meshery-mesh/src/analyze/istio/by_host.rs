//! Things by host, found by the host's own name and by wildcards.

use std::collections::HashMap;

/// Things by host. A wildcard is a host as well.
pub(super) struct ByHost<T> {
    exact: HashMap<String, Vec<T>>,
    /// By what follows the `*`.
    wildcards: HashMap<String, Vec<T>>,
}

impl<T> Default for ByHost<T> {
    fn default() -> Self {
        Self { exact: HashMap::new(), wildcards: HashMap::new() }
    }
}

impl<T> ByHost<T> {
    /// Adds one for a host in full.
    pub(super) fn add(&mut self, host: String, thing: T) {
        let (table, key) = match host.strip_prefix('*') {
            Some(ending) => (&mut self.wildcards, ending.to_owned()),
            None => (&mut self.exact, host),
        };
        table.entry(key).or_default().push(thing);
    }

    /// All of them, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        self.exact.values().chain(self.wildcards.values()).flatten()
    }

    /// Those of a host in full, which may be a wildcard: of its own name first, then of ever wider wildcards.
    pub(super) fn of<'t>(&'t self, host: &str) -> impl Iterator<Item = &'t T> {
        let own = host.strip_prefix('*');
        let bare = host.trim_start_matches('*');
        let ends = bare.char_indices().filter_map(|(at, c)| (c == '.').then_some(at)).chain([bare.len()]);
        let endings = ends.filter_map(|at| bare.get(at..)).filter(move |ending| Some(*ending) != own);
        let exact = own.map_or_else(|| self.exact.get(host), |own| self.wildcards.get(own));
        exact.into_iter().chain(endings.filter_map(|ending| self.wildcards.get(ending))).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_comes_first() {
        let mut hosts = ByHost::default();
        for host in ["*", "*.b.c", "a.b.c", "*.c", "x.c"] {
            hosts.add(host.to_owned(), host);
        }
        let of = |host: &'static str| hosts.of(host).copied().collect::<Vec<_>>();
        assert_eq!(of("a.b.c"), ["a.b.c", "*.b.c", "*.c", "*"]);
        assert_eq!(of("y.c"), ["*.c", "*"]);
        assert_eq!(of("*.b.c"), ["*.b.c", "*.c", "*"], "a wildcard is itself once");
        assert_eq!(of("*"), ["*"]);
    }
}
