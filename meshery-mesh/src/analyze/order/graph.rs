//! What must come before what, and the steps that follow.

use std::collections::{BTreeMap, BTreeSet};

/// What must come before what. Nodes are numbers; those of a rank are changes, the others only stand between.
#[derive(Debug, Default)]
pub(super) struct Graph {
    after: Vec<Vec<usize>>,
    waits: Vec<usize>,
    /// What comes first among what may come now; `None` for what only stands between.
    ranks: Vec<Option<usize>>,
}

impl Graph {
    /// Adds a node.
    pub(super) fn add(&mut self, rank: Option<usize>) -> usize {
        self.after.push(Vec::new());
        self.waits.push(0);
        self.ranks.push(rank);
        self.after.len() - 1
    }

    /// One must come before another.
    pub(super) fn before(&mut self, first: usize, then: usize) {
        if let (Some(after), Some(waits)) = (self.after.get_mut(first), self.waits.get_mut(then)) {
            after.push(then);
            *waits += 1;
        }
    }

    /// The changes in steps, those of a step in any order; and what is left because it is in a circle, or behind one.
    pub(super) fn steps(&self) -> (Vec<Vec<usize>>, Vec<usize>) {
        let mut waits = self.waits.clone();
        let mut ready: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut steps = Vec::new();
        let mut free: Vec<usize> = (0..waits.len()).filter(|node| waits.get(*node) == Some(&0)).collect();
        loop {
            while let Some(node) = free.pop() {
                match self.ranks.get(node).copied().flatten() {
                    Some(rank) => {
                        ready.entry(rank).or_default().insert(node);
                    }
                    None => self.release(node, &mut waits, &mut free),
                }
            }
            let Some((_, step)) = ready.pop_first() else { break };
            for node in &step {
                self.release(*node, &mut waits, &mut free);
            }
            steps.push(step.into_iter().collect());
        }
        (steps, (0..waits.len()).filter(|node| waits.get(*node).is_some_and(|waits| *waits > 0)).collect())
    }

    fn release(&self, node: usize, waits: &mut [usize], free: &mut Vec<usize>) {
        for next in self.after.get(node).into_iter().flatten() {
            let Some(left) = waits.get_mut(*next) else { continue };
            *left = left.saturating_sub(1);
            if *left == 0 {
                free.push(*next);
            }
        }
    }

    /// The circles: each a set of nodes of which every one must come before every other.
    pub(super) fn circles(&self) -> Vec<Vec<usize>> {
        let mut back: Vec<Vec<usize>> = vec![Vec::new(); self.after.len()];
        for (first, after) in self.after.iter().enumerate() {
            for then in after {
                if let Some(back) = back.get_mut(*then) {
                    back.push(first);
                }
            }
        }
        let mut seen = vec![false; self.after.len()];
        let mut finished = Vec::new();
        for start in 0..self.after.len() {
            walk(start, &self.after, &mut seen, &mut finished);
        }
        let mut seen = vec![false; self.after.len()];
        let mut circles = Vec::new();
        for start in finished.into_iter().rev() {
            let mut circle = Vec::new();
            walk(start, &back, &mut seen, &mut circle);
            if circle.len() > 1 {
                circle.sort_unstable();
                circles.push(circle);
            }
        }
        circles.sort();
        circles
    }
}

/// Adds what can be reached and was not seen before, each after all that can be reached from it.
fn walk(start: usize, next: &[Vec<usize>], seen: &mut [bool], finished: &mut Vec<usize>) {
    let mut path = vec![(start, 0)];
    if seen.get_mut(start).is_none_or(|seen| std::mem::replace(seen, true)) {
        return;
    }
    while let Some((node, at)) = path.last_mut() {
        let following = next.get(*node).and_then(|next| next.get(*at)).copied();
        *at += 1;
        match following {
            None => {
                finished.push(*node);
                path.pop();
            }
            Some(to) => {
                if seen.get_mut(to).is_some_and(|seen| !std::mem::replace(seen, true)) {
                    path.push((to, 0));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(nodes: usize, edges: &[(usize, usize)]) -> Graph {
        let mut graph = Graph::default();
        for _ in 0..nodes {
            graph.add(Some(0));
        }
        for (first, then) in edges {
            graph.before(*first, *then);
        }
        graph
    }

    #[test]
    fn steps_hold_what_waits_for_nothing_more() {
        let graph = graph(4, &[(2, 1), (1, 0)]);
        assert_eq!(graph.steps(), (vec![vec![2, 3], vec![1], vec![0]], vec![]));
        assert!(graph.circles().is_empty());
    }

    #[test]
    fn a_circle_is_told_from_what_is_behind_it() {
        let graph = graph(5, &[(0, 1), (1, 2), (2, 1), (2, 3), (3, 4)]);
        assert_eq!(graph.steps(), (vec![vec![0]], vec![1, 2, 3, 4]));
        assert_eq!(graph.circles(), [vec![1, 2]]);
    }
}
