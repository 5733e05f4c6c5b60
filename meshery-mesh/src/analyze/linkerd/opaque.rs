//! Lists of ports: numbers and ranges, between commas.

use std::ops::RangeInclusive;

/// The ports of a list. `None` where one of them is none.
pub(in crate::analyze) fn ports(list: &str) -> Option<Vec<RangeInclusive<u16>>> {
    let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0);
    let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let ranges = entries.map(|entry| match entry.split_once('-') {
        None => port(entry).map(|port| port..=port),
        Some((from, to)) => Some(port(from)?..=port(to)?).filter(|range| range.start() <= range.end()),
    });
    ranges.collect()
}

/// Whether a port is one of a list.
pub(in crate::analyze) fn has(ports: &[RangeInclusive<u16>], port: i64) -> bool {
    u16::try_from(port).is_ok_and(|port| ports.iter().any(|range| range.contains(&port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_rise() {
        assert_eq!(ports("80, 90-92,"), Some(vec![80..=80, 90..=92]));
        assert_eq!(ports(""), Some(Vec::new()));
        assert!(["0", "2-1", "2-", "65536", "http", "1-2-3"].into_iter().all(|list| ports(list).is_none()));
        assert!(has(&[90..=92], 91) && !has(&[90..=92], 93) && !has(&[90..=92], -1));
    }
}
