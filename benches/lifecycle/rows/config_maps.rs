//! Many small objects of one kind.

use super::living;
use crate::bed::Bed;
use crate::client::{Client, helm, kubectl, meshery};
use crate::goods::config_maps;
use crate::life::{AGAIN, CPU, INSTALL, Life, MOVED, REMOVE, REQUESTS, SERVER_CPU, TIME, WRITES};
use crate::numbers::Unit;
use crate::row::{Figure, Goal, Race, Row};

const NUMBER: usize = 500;

pub(super) const ROW: Row = Row {
    name: "config-maps",
    asks: "500 small ConfigMaps\n  kubectl removes them in the first round only: it takes minutes",
    rounds: usize::MAX,
    figures: &[
        Figure::new(INSTALL, REQUESTS, Unit::Count),
        Figure::new(INSTALL, TIME, Unit::Milliseconds),
        Figure::new(INSTALL, CPU, Unit::Milliseconds),
        Figure::new(INSTALL, SERVER_CPU, Unit::Milliseconds),
        Figure::new(AGAIN, REQUESTS, Unit::Count),
        Figure::new(AGAIN, WRITES, Unit::Count),
        Figure::new(AGAIN, MOVED, Unit::Count),
        Figure::new(AGAIN, TIME, Unit::Milliseconds),
        Figure::new(AGAIN, CPU, Unit::Milliseconds),
        Figure::new(AGAIN, SERVER_CPU, Unit::Milliseconds),
        Figure::new(REMOVE, REQUESTS, Unit::Count),
        Figure::new(REMOVE, TIME, Unit::Milliseconds),
        Figure::new(REMOVE, CPU, Unit::Milliseconds),
        Figure::new(REMOVE, SERVER_CPU, Unit::Milliseconds),
    ],
    race: || {
        let bed = Bed::start()?;
        let goods = config_maps::goods(&bed, NUMBER)?;
        let removes = |client: &Client, round| round == 0 || client.name != kubectl::CLIENT.name;
        let life = Life { goods, changed: None, removes };
        let contestants = living(bed, life, &[&meshery::CLIENT, &kubectl::CLIENT, &helm::CLIENT]);
        let goals = vec![
            Goal::at_most(INSTALL, TIME, 0.7),
            Goal::at_most(AGAIN, TIME, 0.06),
            Goal::at_most(AGAIN, WRITES, 0.0),
            Goal::at_most(AGAIN, MOVED, 0.0),
            Goal::at_most(REMOVE, TIME, 0.7),
        ];
        Ok(Race { notes: Vec::new(), contestants, goals })
    },
};
