//! What is hoped for, and whether it is kept.

use crate::numbers::Spread;

/// Between what a median should be.
///
/// ```
/// use meshery_benches::goal::Bounds;
///
/// let words = Bounds::at_most(2.0).judge(&[1.0, 3.0, 9.0], |value| format!("{value:.1}"));
/// assert_eq!(words, "3.0 [1.0, 9.0] over 3 rounds; goal at most 2.0: MISSED");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// At least.
    pub least: f64,
    /// At most.
    pub most: f64,
}

impl Bounds {
    /// Nothing above this.
    pub const fn at_most(most: f64) -> Self {
        Self { least: f64::NEG_INFINITY, most }
    }

    /// What was found, round by round, in one line beside what was hoped for.
    pub fn judge(self, values: &[f64], format: impl Fn(f64) -> String) -> String {
        let spread = Spread::of(values);
        let kept = if (self.least..=self.most).contains(&spread.median) { "kept" } else { "MISSED" };
        let asked = match (self.least, self.most) {
            (least, f64::INFINITY) => format!("at least {}", format(least)),
            (f64::NEG_INFINITY | 0.0, most) => format!("at most {}", format(most)),
            (least, most) => format!("{} to {}", format(least), format(most)),
        };
        let rounds = match values.len() {
            1 => "in one round".to_owned(),
            rounds => format!("over {rounds} rounds"),
        };
        format!("{} {rounds}; goal {asked}: {kept}", spread.format(format))
    }
}
