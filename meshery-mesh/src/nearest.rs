//! "Did you mean …?"

/// The candidate that is nearest to a word, if one is near enough to be meant: at most one edit per three characters.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    within(word, (word.chars().count() / 3).max(1), candidates)
}

/// The value that is the same but for its case, or the nearest one.
pub(crate) fn nearest_value<'a>(word: &str, values: &[&'a str]) -> Option<&'a str> {
    let same = values.iter().copied().find(|value| value.eq_ignore_ascii_case(word));
    same.or_else(|| nearest(word, values.iter().copied()))
}

/// The candidate that is nearest to a word, among those at most so many edits away.
pub(crate) fn within<'a>(word: &str, limit: usize, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().collect();
    let near = candidates.filter(|candidate| candidate.chars().count().abs_diff(word.len()) <= limit);
    let ranked = near.map(|candidate| (edits(&word, candidate), candidate));
    ranked.filter(|(edits, _)| *edits <= limit).min_by_key(|(edits, _)| *edits).map(|(_, candidate)| candidate)
}

/// How many insertions, deletions, replacements and swaps of neighbours lead from one word to the other.
fn edits(from: &[char], to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    // Rows of the table of distances: of the part of `from` up to the character before last, and up to the last.
    let mut older: Vec<usize> = Vec::new();
    let mut newer: Vec<usize> = (0..=to.len()).collect();
    for (i, &a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in to.iter().enumerate() {
            let mut fewest = (newer[j] + usize::from(a != b)).min(newer[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a == to[j - 1] && from[i - 1] == b {
                fewest = fewest.min(older[j - 1] + 1);
            }
            row.push(fewest);
        }
        older = std::mem::replace(&mut newer, row);
    }
    newer[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted_as_one_counts_them() {
        for (from, to, expected) in
            [("", "", 0), ("reviews", "reviews", 0), ("reviws", "reviews", 1), ("rveiews", "reviews", 1), ("a", "", 1)]
        {
            assert_eq!(edits(&from.chars().collect::<Vec<_>>(), to), expected, "{from} {to}");
        }
    }

    #[test]
    fn only_what_is_near_is_suggested() {
        let known = ["details", "ratings", "reviews"];
        assert_eq!(nearest("revews", known.into_iter()), Some("reviews"));
        assert_eq!(nearest("productpage", known.into_iter()), None);
        assert_eq!(nearest("a", ["b", "cc"].into_iter()), Some("b"));
    }
}
