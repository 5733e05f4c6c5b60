//! Looks at a campaign before its end, and the error rate they may spend.

use meshery_core::{CampaignSpec, Comparison, Result, Verdict};

use crate::compare::judge::{Open, judge};
use crate::stats::sequential::spending::ObrienFleming;

/// When to look at a cell, and at which level.
pub(super) struct Looks {
    blocks: Vec<u32>,
    levels: Vec<f64>,
}

impl Looks {
    /// The looks of a specification; without any there is one at the end, at the full level.
    pub(super) fn new(spec: &CampaignSpec) -> Result<Self> {
        let mut blocks = spec.looks.clone();
        if blocks.last().is_none_or(|last| *last < spec.rounds) {
            blocks.push(spec.rounds);
        }
        let alpha = spec.judge.alpha;
        let levels = if blocks.len() == 1 { vec![alpha] } else { ObrienFleming::new(&blocks, alpha)?.levels };
        Ok(Self { blocks, levels })
    }

    /// The level for what so many blocks show: that of the last look they reach, and of the first before it. A campaign
    /// that is judged once, however early it ends, has the full level.
    pub(super) fn level_at(&self, blocks: u32) -> f64 {
        let reached = self.blocks.iter().filter(|look| **look <= blocks).count();
        self.levels[reached.saturating_sub(1)]
    }

    /// Whether any look up to so many blocks, but for the last one, finds everything settled.
    pub(super) fn settled(&self, comparison: &Comparison, blocks: u32) -> Option<u32> {
        let early = self.blocks.iter().take(self.blocks.len() - 1).filter(|look| **look <= blocks);
        early.copied().find(|look| is_settled(comparison, *look, self.level_at(*look)))
    }
}

/// Whether the first blocks leave nothing open. A metric that is invalid, such as latency in a closed loop, holds nothing
/// up; an arm of which nothing is known does.
fn is_settled(comparison: &Comparison, blocks: u32, alpha: f64) -> bool {
    let mut early = comparison.clone();
    for arm in &mut early.arms {
        arm.runs.retain(|run| run.block <= blocks);
    }
    judge(&mut [Open { comparison: &mut early, alpha }]);
    let arms = early.arms.iter().skip(1).filter(|arm| !arm.spec.control);
    let mut verdicts = arms.map(|arm| -> Vec<Verdict> {
        early.effects.iter().filter(|effect| effect.arm == arm.spec.name).map(|effect| effect.verdict).collect()
    });
    verdicts.all(|of_arm| {
        !of_arm.contains(&Verdict::Inconclusive) && of_arm.iter().any(|verdict| *verdict != Verdict::Invalid)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(rounds: u32, looks: &[u32]) -> Looks {
        Looks::new(&CampaignSpec { rounds, looks: looks.to_vec(), ..CampaignSpec::default() }).unwrap()
    }

    #[test]
    fn levels_grow_to_the_end() {
        let all = [0, 5, 7, 10, 20, 29, 30].map(|blocks| looks(30, &[5, 10, 20]).level_at(blocks));
        assert!(all.is_sorted() && all[6] > 0.04 && all[6] < 0.05 && all[0] < 0.0001, "{all:?}");
        assert_eq!(all[0].to_bits(), all[1].to_bits());
    }

    #[test]
    fn a_single_judgement_has_the_full_level() {
        assert!([0, 4, 10].iter().all(|blocks| looks(10, &[]).level_at(*blocks).to_bits() == 0.05_f64.to_bits()));
    }
}
