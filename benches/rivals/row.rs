//! A row: a question, who answers it, and what is hoped for.

use meshery_benches::goal::Bounds;

use crate::Result;
use crate::client::Client;
use crate::numbers::{Unit, median};

pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// The question, on a line or two.
    pub(crate) asks: &'static str,
    /// What every contestant answers with.
    pub(crate) columns: &'static [Column],
    /// Starts the servers that the question needs; they end with the contestants.
    pub(crate) contestants: fn() -> Result<Vec<Contestant>>,
    pub(crate) goals: &'static [Goal],
}

pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) unit: Unit,
}

pub(crate) struct Contestant {
    pub(crate) name: String,
    /// The client that it is, if a machine may be without it.
    pub(crate) needs: Option<&'static Client>,
    /// One round, which answers with a figure for each column.
    pub(crate) play: Box<dyn Fn() -> Result<Vec<f64>>>,
}

impl Contestant {
    /// A client that is called by its name.
    pub(crate) fn of(client: &'static Client, play: impl Fn() -> Result<Vec<f64>> + 'static) -> Self {
        Self { name: client.name.into(), needs: Some(client), play: Box::new(play) }
    }
}

/// What a figure, or its ratio to another's of the same round, should be.
pub(crate) struct Goal {
    pub(crate) column: usize,
    pub(crate) of: &'static str,
    pub(crate) over: Option<&'static str>,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Goal {
    /// A ratio of at least so much.
    pub(crate) const fn ratio(column: usize, of: &'static str, over: &'static str, least: f64) -> Self {
        Self { column, of, over: Some(over), least, most: f64::INFINITY }
    }

    /// A ratio that is off 1 by at most so much.
    pub(crate) const fn within(column: usize, of: &'static str, over: &'static str, part: f64) -> Self {
        Self { column, of, over: Some(over), least: 1.0 - part, most: 1.0 + part }
    }

    /// A figure of at most so much.
    pub(crate) const fn at_most(column: usize, of: &'static str, most: f64) -> Self {
        Self { column, of, over: None, least: f64::NEG_INFINITY, most }
    }
}

/// The figures of a contestant: rounds by columns.
type Figures = Vec<Vec<f64>>;

impl Row {
    /// Puts the question to everyone in every round, and prints the answers.
    pub(crate) fn ask(&self, rounds: usize) -> Result {
        println!("\n{}: {}", self.name, self.asks);
        let (present, missing): (Vec<_>, Vec<_>) =
            (self.contestants)()?.into_iter().partition(|one| one.needs.is_none_or(Client::is_here));
        for client in missing.iter().filter_map(|one| one.needs) {
            println!("  without {}, which is not here: {}", client.name, client.how);
        }
        let mut figures: Vec<Figures> = present.iter().map(|_| Vec::new()).collect();
        for round in 0..rounds {
            for turn in 0..present.len() {
                let which = (round + turn) % present.len();
                eprintln!("{}: round {} of {rounds}: {}", self.name, round + 1, present[which].name);
                let played = (present[which].play)().map_err(|error| format!("{}: {error}", present[which].name))?;
                figures[which].push(played);
            }
        }
        self.print_table(&present, &figures);
        self.print_goals(&present, &figures);
        Ok(())
    }

    fn print_table(&self, contestants: &[Contestant], figures: &[Figures]) {
        let line = |name: &str, cells: Vec<String>| {
            let cells: Vec<String> = cells.into_iter().map(|cell| format!("{cell:>18}")).collect();
            println!("  {name:<24} {}", cells.join(" "));
        };
        line("median", self.columns.iter().map(|column| column.name.to_owned()).collect());
        for (contestant, rounds) in contestants.iter().zip(figures) {
            let cell = |(index, column): (usize, &Column)| {
                let value = median(rounds.iter().map(|round| round[index]));
                if value.is_nan() { "-".into() } else { column.unit.format(value) }
            };
            line(&contestant.name, self.columns.iter().enumerate().map(cell).collect());
        }
    }

    fn print_goals(&self, contestants: &[Contestant], figures: &[Figures]) {
        let of = |name: &str, column: usize| -> Option<Vec<f64>> {
            let which = contestants.iter().position(|contestant| contestant.name == name)?;
            Some(figures[which].iter().map(|round| round[column]).collect())
        };
        for goal in self.goals {
            let column = &self.columns[goal.column];
            let Some(mut values) = of(goal.of, goal.column) else { continue };
            let against = goal.over.map(|over| format!(" / {over}")).unwrap_or_default();
            let mut format: Box<dyn Fn(f64) -> String> = Box::new(|value| column.unit.format(value));
            if let Some(over) = goal.over {
                let Some(others) = of(over, goal.column) else { continue };
                values.iter_mut().zip(others).for_each(|(value, other)| *value /= other);
                format = Box::new(|value| format!("{value:.3}"));
            }
            let bounds = Bounds { least: goal.least, most: goal.most };
            println!("  {} of {}{against}: {}", column.name, goal.of, bounds.judge(&values, format));
        }
    }
}
