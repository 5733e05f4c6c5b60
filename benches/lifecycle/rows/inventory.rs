//! Whether the inventory bears as many objects as nobody has.

use super::living;
use crate::bed::Bed;
use crate::client::meshery;
use crate::goods::config_maps;
use crate::life::{AGAIN, BYTES, CPU, INSTALL, INVENTORY, Life, MEMORY, MOVED, PIECES, REMOVE, REQUESTS, TIME, WRITES};
use crate::numbers::Unit;
use crate::row::{Figure, Goal, Race, Row};

const NUMBER: usize = 10_000;

pub(super) const ROW: Row = Row {
    name: "inventory",
    asks: "10,000 small ConfigMaps, and the Secrets in which the engine remembers them",
    rounds: 1,
    figures: &[
        Figure::new(INSTALL, REQUESTS, Unit::Count),
        Figure::new(INSTALL, TIME, Unit::Milliseconds),
        Figure::new(INSTALL, CPU, Unit::Milliseconds),
        Figure::new(INSTALL, MEMORY, Unit::Megabytes),
        Figure::new(INVENTORY, BYTES, Unit::Count),
        Figure::new(INVENTORY, PIECES, Unit::Count),
        Figure::new(AGAIN, REQUESTS, Unit::Count),
        Figure::new(AGAIN, WRITES, Unit::Count),
        Figure::new(AGAIN, MOVED, Unit::Count),
        Figure::new(AGAIN, TIME, Unit::Milliseconds),
        Figure::new(AGAIN, MEMORY, Unit::Megabytes),
        Figure::new(REMOVE, REQUESTS, Unit::Count),
        Figure::new(REMOVE, TIME, Unit::Milliseconds),
        Figure::new(REMOVE, MEMORY, Unit::Megabytes),
    ],
    race: || {
        let bed = Bed::start()?;
        let goods = config_maps::goods(&bed, NUMBER)?;
        let life = Life { goods, changed: None, removes: |_, _| true };
        let goals = vec![Goal::at_most(AGAIN, WRITES, 0.0), Goal::at_most(AGAIN, MOVED, 0.0)];
        Ok(Race { notes: Vec::new(), contestants: living(bed, life, &[&meshery::CLIENT]), goals })
    },
};
