//! Which run comes next: a pure function of what there is.

use std::time::Duration;

use meshery_core::campaign::Cell;
use meshery_core::{CampaignSpec, Verdict};

use super::plan::block_time;
use crate::compare::judge::{Open, judge};
use crate::compare::order;
use crate::rng::SplitMix64;

/// What the schedule knows besides the runs.
pub(super) struct Schedule<'a> {
    pub(super) spec: &'a CampaignSpec,
    pub(super) seed: u64,
    /// Which arms are proven; the others get no runs.
    pub(super) fit: Vec<bool>,
    /// Which cells need no more blocks.
    pub(super) settled: Vec<bool>,
    /// What all runs so far took.
    pub(super) spent: Duration,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Run { cell: usize, arm: usize, block: u32 },
    Complete,
    OutOfTime,
}

impl Schedule<'_> {
    /// A block that was begun is finished first. Then the cells take turns in an order that each block draws anew; under
    /// a budget, once each has enough for a verdict, the one that is closest to it.
    pub(super) fn next(&self, cells: &[Cell]) -> Next {
        let begun = cells.iter().enumerate().find_map(|(index, cell)| Some((index, self.missing(index, cell)?)));
        if let Some((cell, (arm, block))) = begun {
            return Next::Run { cell, arm, block };
        }
        let open = |index: &usize| blocks(&cells[*index]) < self.spec.rounds && !self.settled[*index];
        let open: Vec<usize> = (0..cells.len()).filter(open).collect();
        if open.is_empty() {
            return Next::Complete;
        }
        let affordable: Vec<usize> = open.into_iter().filter(|index| self.affords(&cells[*index])).collect();
        let Some(cell) = self.choose(cells, &affordable) else { return Next::OutOfTime };
        let block = blocks(&cells[cell]) + 1;
        self.arms(cell, block).next().map_or(Next::Complete, |arm| Next::Run { cell, arm, block })
    }

    /// The arms of a block in the order of their runs.
    fn arms(&self, cell: usize, block: u32) -> impl Iterator<Item = usize> {
        let seed = self.seed.wrapping_add((cell as u64) << 32);
        order::arms(seed, block, self.fit.len()).into_iter().filter(|arm| self.fit[*arm])
    }

    /// The next arm of a block that is not complete.
    fn missing(&self, index: usize, cell: &Cell) -> Option<(usize, u32)> {
        let block = blocks(cell);
        let made = |arm: usize| cell.comparison.arms[arm].runs.iter().any(|run| run.block == block);
        (block > 0).then(|| self.arms(index, block).find(|arm| !made(*arm))).flatten().map(|arm| (arm, block))
    }

    fn affords(&self, cell: &Cell) -> bool {
        self.spec.budget.is_none_or(|budget| self.spent + cost(cell) <= budget)
    }

    fn choose(&self, cells: &[Cell], among: &[usize]) -> Option<usize> {
        let fewest = among.iter().map(|index| blocks(&cells[*index])).min()?;
        if self.spec.budget.is_some() && fewest >= self.spec.judge.min_runs {
            let need = |index: &&usize| need(&cells[**index], self.spec.judge.alpha);
            return among.iter().min_by(|a, b| need(a).total_cmp(&need(b))).copied();
        }
        let mut order: Vec<usize> = (0..cells.len()).collect();
        SplitMix64::new(self.seed ^ u64::from(fewest + 1).rotate_left(32)).shuffle(&mut order);
        order.into_iter().find(|index| among.contains(index) && blocks(&cells[*index]) == fewest)
    }
}

/// The last block that was begun; 0 before the first.
pub(super) fn blocks(cell: &Cell) -> u32 {
    cell.comparison.arms.iter().flat_map(|arm| &arm.runs).map(|run| run.block).max().unwrap_or(0)
}

/// What a further block takes: as the ones so far, or as planned.
fn cost(cell: &Cell) -> Duration {
    match blocks(cell) {
        0 => block_time(&cell.comparison.spec),
        made => cell.comparison.took / made,
    }
}

/// The time to a verdict on the open question that is closest to one; longer than any other when nothing is open.
fn need(cell: &Cell, alpha: f64) -> f64 {
    let mut copy = cell.comparison.clone();
    judge(&mut [Open { comparison: &mut copy, alpha }]);
    let open = copy.effects.iter().filter(|effect| effect.verdict == Verdict::Inconclusive);
    let missing = open.filter_map(|effect| Some(effect.runs_needed?.saturating_sub(effect.runs).max(1))).min();
    missing.map_or(f64::INFINITY, |blocks| f64::from(blocks) * cost(cell).as_secs_f64())
}
