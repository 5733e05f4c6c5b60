//! Hosts and wildcards, found by those that have a name in common with them.

use std::collections::BTreeMap;

/// Who has a host.
#[derive(Default)]
pub(in crate::analyze) struct MeshHosts<'a> {
    /// By name, spelled backwards, so that those of one ending are neighbours.
    names: BTreeMap<String, &'a [usize]>,
    /// By what follows the `*`, spelled backwards.
    wildcards: BTreeMap<String, &'a [usize]>,
}

impl<'a> MeshHosts<'a> {
    /// Of hosts and who has them.
    pub(in crate::analyze) fn new(hosts: impl Iterator<Item = (&'a str, &'a [usize])>) -> Self {
        let mut all = Self::default();
        for (host, having) in hosts {
            match host.strip_prefix('*') {
                Some(ending) => all.wildcards.insert(backwards(ending), having),
                None => all.names.insert(backwards(host), having),
            };
        }
        all
    }

    /// Who has a host with which this one has a name in common.
    pub(in crate::analyze) fn meeting(&self, host: &str) -> impl Iterator<Item = usize> {
        self.found(host).flatten().copied()
    }

    /// Whether there is one.
    pub(in crate::analyze) fn meets(&self, host: &str) -> bool {
        self.found(host).next().is_some()
    }

    fn found<'b>(&'b self, host: &str) -> impl Iterator<Item = &'b [usize]> + use<'a, 'b> {
        let ending = host.strip_prefix('*');
        let key = backwards(ending.unwrap_or(host));
        let ends = key.char_indices().map(|(at, _)| at).chain([key.len()]);
        // The wildcards that have all of this host's names.
        let wider: Vec<&[usize]> = ends.filter_map(|at| self.wildcards.get(key.get(..at)?).copied()).collect();
        let is_wildcard = ending.is_some();
        let exact = self.names.get(&key).copied().filter(|_| !is_wildcard);
        let narrower = [&self.names, &self.wildcards].into_iter().filter(move |_| is_wildcard).flat_map(move |hosts| {
            let key = key.clone();
            let rest = hosts.range(key.clone()..);
            rest.take_while(move |(host, _)| host.starts_with(&key)).map(|(_, having)| *having)
        });
        wider.into_iter().chain(exact).chain(narrower)
    }
}

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_meet_in_both_directions() {
        let hosts: [(&str, &[usize]); 4] = [("a.com", &[0]), ("*.com", &[1]), ("*.b.com", &[2]), ("c.org", &[3])];
        let all = MeshHosts::new(hosts.into_iter());
        let meeting = |host: &str| {
            let mut found: Vec<usize> = all.meeting(host).collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        assert_eq!(meeting("a.com"), [0, 1]);
        assert_eq!(meeting("x.b.com"), [1, 2]);
        assert_eq!(meeting("*"), [0, 1, 2, 3]);
        assert_eq!(meeting("*.com"), [0, 1, 2]);
        assert_eq!(meeting("*.x.b.com"), [1, 2]);
        assert!(!all.meets("d.org"));
    }
}
