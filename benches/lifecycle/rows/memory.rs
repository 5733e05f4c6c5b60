//! What a client holds in memory.

use super::living;
use crate::bed::Bed;
use crate::client::{Client, helm, kubectl, meshery};
use crate::goods::config_maps;
use crate::life::{AGAIN, INSTALL, Life, MEMORY, REMOVE};
use crate::numbers::Unit;
use crate::row::{Figure, Goal, Race, Row};

const NUMBER: usize = 1000;

pub(super) const ROW: Row = Row {
    name: "memory",
    asks: "the client's peak memory, with 1,000 small ConfigMaps\n  kubectl does not remove them: it takes minutes",
    rounds: 2,
    figures: &[
        Figure::new(INSTALL, MEMORY, Unit::Megabytes),
        Figure::new(AGAIN, MEMORY, Unit::Megabytes),
        Figure::new(REMOVE, MEMORY, Unit::Megabytes),
    ],
    race: || {
        let bed = Bed::start()?;
        let goods = config_maps::goods(&bed, NUMBER)?;
        let removes = |client: &Client, _| client.name != kubectl::CLIENT.name;
        let life = Life { goods, changed: None, removes };
        let contestants = living(bed, life, &[&meshery::CLIENT, &kubectl::CLIENT, &helm::CLIENT]);
        let goals = [INSTALL, AGAIN, REMOVE].map(|phase| Goal::at_most(phase, MEMORY, 40e6));
        Ok(Race { notes: Vec::new(), contestants, goals: goals.into() })
    },
};
