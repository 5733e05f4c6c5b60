//! A row: a question, who answers it, and what is hoped for.

use std::collections::BTreeMap;

use meshery_benches::goal::Bounds;

use crate::Result;
use crate::engine::PARTS;
use crate::numbers::{Spread, Unit, median};

pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// The question, on a line or two.
    pub(crate) asks: &'static str,
    /// What takes minutes is not asked more often than this.
    pub(crate) rounds: usize,
    pub(crate) figures: &'static [Figure],
    /// Starts the control plane that the question needs; it ends with the contestants.
    pub(crate) race: fn() -> Result<Race>,
}

/// A line of the table.
pub(crate) struct Figure {
    pub(crate) phase: &'static str,
    pub(crate) what: &'static str,
    pub(crate) unit: Unit,
}

impl Figure {
    pub(crate) const fn new(phase: &'static str, what: &'static str, unit: Unit) -> Self {
        Self { phase, what, unit }
    }
}

pub(crate) struct Race {
    /// What is known of it before it begins.
    pub(crate) notes: Vec<String>,
    pub(crate) contestants: Vec<Contestant>,
    pub(crate) goals: Vec<Goal>,
}

pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    /// One round, by its number.
    pub(crate) play: Box<dyn Fn(usize) -> Result<Measured>>,
}

/// The figures of a round, by phase and name. What was not measured is not there.
#[derive(Default)]
pub(crate) struct Measured(BTreeMap<(&'static str, &'static str), f64>);

impl Measured {
    pub(crate) fn add(&mut self, phase: &'static str, what: &'static str, value: f64) {
        self.0.insert((phase, what), value);
    }

    fn get(&self, phase: &'static str, what: &'static str) -> Option<f64> {
        self.0.get(&(phase, what)).copied()
    }
}

/// What a figure of the first contestant, or its ratio to another's of the same round, should be at most.
pub(crate) struct Goal {
    pub(crate) phase: &'static str,
    pub(crate) what: &'static str,
    pub(crate) over: Option<&'static str>,
    pub(crate) most: f64,
    /// What the bound is made of, where it is no plain number.
    pub(crate) words: &'static str,
}

impl Goal {
    pub(crate) const fn at_most(phase: &'static str, what: &'static str, most: f64) -> Self {
        Self { phase, what, over: None, most, words: "" }
    }

    /// A ratio within each round.
    pub(crate) const fn ratio(phase: &'static str, what: &'static str, over: &'static str, most: f64) -> Self {
        Self { over: Some(over), ..Self::at_most(phase, what, most) }
    }

    pub(crate) const fn says(self, words: &'static str) -> Self {
        Self { words, ..self }
    }
}

/// The figures of a contestant, by rounds.
type Rounds = Vec<Measured>;

impl Row {
    /// Puts the question to everyone in every round, and prints the answers.
    pub(crate) fn ask(&self, rounds: usize) -> Result {
        println!("\n{}: {}", self.name, self.asks);
        let race = (self.race)().map_err(|error| format!("{}: {error}", self.name))?;
        for note in &race.notes {
            println!("  {note}");
        }
        let mut played: Vec<Rounds> = race.contestants.iter().map(|_| Vec::new()).collect();
        for round in 0..rounds {
            for turn in 0..race.contestants.len() {
                let which = (round + turn) % race.contestants.len();
                let contestant = &race.contestants[which];
                eprintln!("{}: round {} of {rounds}: {}", self.name, round + 1, contestant.name);
                let measured = (contestant.play)(round).map_err(|error| format!("{}: {error}", contestant.name))?;
                played[which].push(measured);
            }
        }
        self.print_table(&race.contestants, &played, rounds);
        self.print_parts(&race.contestants, &played);
        self.print_goals(&race, &played);
        Ok(())
    }

    fn print_table(&self, contestants: &[Contestant], played: &[Rounds], rounds: usize) {
        let line = |phase: &str, what: &str, cells: Vec<String>| {
            let cells: Vec<String> = cells.into_iter().map(|cell| format!("{cell:>28}")).collect();
            println!("  {phase:<10} {what:<20}{}", cells.join(" "));
        };
        let title = if rounds == 1 { "one round" } else { "medians" };
        line("", title, contestants.iter().map(|contestant| contestant.name.to_owned()).collect());
        let mut phase = "";
        for figure in self.figures {
            let cell = |rounds: &Rounds| shown(figure, &values(rounds, figure.phase, figure.what));
            let shown_phase = if std::mem::replace(&mut phase, figure.phase) == figure.phase { "" } else { phase };
            line(shown_phase, figure.what, played.iter().map(cell).collect());
        }
    }

    /// Where the time goes, for whoever tells.
    fn print_parts(&self, contestants: &[Contestant], played: &[Rounds]) {
        let mut phases: Vec<&str> = self.figures.iter().map(|figure| figure.phase).collect();
        phases.dedup();
        for (contestant, rounds) in contestants.iter().zip(played) {
            for phase in &phases {
                let part = |part: &&'static str| {
                    let value = median(values(rounds, phase, part));
                    (!value.is_nan()).then(|| format!("{part} {}", Unit::Milliseconds.format(value)))
                };
                let parts: Vec<String> = PARTS.iter().filter_map(part).collect();
                if !parts.is_empty() {
                    println!("  {phase} of {}, by parts: {}", contestant.name, parts.join(", "));
                }
            }
        }
    }

    fn print_goals(&self, race: &Race, played: &[Rounds]) {
        let Some((first, ours)) = race.contestants.first().zip(played.first()) else { return };
        for goal in &race.goals {
            let Some(unit) = self.unit(goal.phase, goal.what) else { continue };
            let mut found = values(ours, goal.phase, goal.what);
            let mut format: Box<dyn Fn(f64) -> String> = Box::new(|value| unit.format(value));
            if let Some(over) = goal.over {
                let Some(other) = race.contestants.iter().position(|contestant| contestant.name == over) else {
                    continue;
                };
                found = ratios(ours, &played[other], goal.phase, goal.what);
                format = Box::new(|value| format!("{value:.3}"));
            }
            if found.is_empty() {
                continue;
            }
            let against = goal.over.map(|over| format!(" / {over}")).unwrap_or_default();
            let words = if goal.words.is_empty() { String::new() } else { format!(" ({})", goal.words) };
            let judged = Bounds::at_most(goal.most).judge(&found, format);
            println!("  {}, {} of {}{against}: {judged}{words}", goal.phase, goal.what, first.name);
        }
    }

    fn unit(&self, phase: &str, what: &str) -> Option<Unit> {
        let mut figures = self.figures.iter();
        figures.find(|figure| figure.phase == phase && figure.what == what).map(|figure| figure.unit)
    }
}

fn values(rounds: &Rounds, phase: &'static str, what: &'static str) -> Vec<f64> {
    rounds.iter().filter_map(|measured| measured.get(phase, what)).collect()
}

fn ratios(ours: &Rounds, others: &Rounds, phase: &'static str, what: &'static str) -> Vec<f64> {
    let of_a_round = |(ours, other): (&Measured, &Measured)| Some(ours.get(phase, what)? / other.get(phase, what)?);
    ours.iter().zip(others).filter_map(of_a_round).collect()
}

fn shown(figure: &Figure, values: &[f64]) -> String {
    if values.is_empty() { "–".into() } else { Spread::of(values).format(|value| figure.unit.format(value)) }
}
