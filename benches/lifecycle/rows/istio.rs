//! Istio, from its first install to its end.

use serde_json::json;

use super::living;
use crate::bed::Bed;
use crate::client::{helm, kubectl, meshery};
use crate::goods::istio;
use crate::life::{
    AGAIN, BEYOND, CHANGE, CPU, INSTALL, LOOKED_AT, Life, MOVED, REMOVE, REQUESTS, SERVER_CPU, TIME, WRITES,
};
use crate::numbers::Unit;
use crate::row::{Figure, Goal, Race, Row};

/// What the engine may ask for beyond its objects and their kinds: what the server serves, the inventory at both ends,
/// and whether all of it is permitted.
const MORE: usize = 6;
/// The same where nothing changes.
const MORE_OF_NOTHING: usize = 3;

pub(super) const ROW: Row = Row {
    name: "istio",
    asks: "Istio's charts base and istiod, rendered once; nobody waits for pods, all wait for the end\n  \
           meshery and kubectl take the file, Helm the charts and the same values; Helm leaves the definitions, and the \
           bench\n  removes them",
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
        Figure::new(CHANGE, REQUESTS, Unit::Count),
        Figure::new(CHANGE, WRITES, Unit::Count),
        Figure::new(CHANGE, TIME, Unit::Milliseconds),
        Figure::new(REMOVE, REQUESTS, Unit::Count),
        Figure::new(REMOVE, LOOKED_AT, Unit::Count),
        Figure::new(REMOVE, BEYOND, Unit::Count),
        Figure::new(REMOVE, TIME, Unit::Milliseconds),
        Figure::new(REMOVE, CPU, Unit::Milliseconds),
        Figure::new(REMOVE, SERVER_CPU, Unit::Milliseconds),
    ],
    race: || {
        let bed = Bed::start()?;
        let goods = istio::goods(&bed, &json!({}))?;
        let changed = istio::goods(
            &bed,
            &json!({
                "meshConfig": { "accessLogFile": "/dev/stdout" }, "global": { "logging": { "level": "default:debug" } },
            }),
        )?;
        // The engine also looks whether the namespace is there.
        let (n, k, m) = (goods.objects.len(), goods.kinds() + 1, goods.changes(&changed));
        let definitions = goods.objects.iter().filter(|object| object.kind() == "CustomResourceDefinition").count();
        let notes = vec![format!(
            "N = {n} objects, {definitions} of them definitions; K = {k} kinds, that of the namespace among them; m = {m} \
             change"
        )];
        let life = Life { goods, changed: Some(changed), removes: |_, _| true };
        let contestants = living(bed, life, &[&meshery::CLIENT, &kubectl::CLIENT, &helm::CLIENT]);
        let goals = vec![
            Goal::at_most(INSTALL, REQUESTS, (n + k + MORE) as f64).says("N + K + 6"),
            Goal::ratio(INSTALL, TIME, kubectl::CLIENT.name, 0.5),
            Goal::at_most(AGAIN, REQUESTS, (k + MORE_OF_NOTHING) as f64).says("K + 3"),
            Goal::at_most(AGAIN, WRITES, 0.0),
            Goal::at_most(AGAIN, MOVED, 0.0),
            Goal::at_most(CHANGE, REQUESTS, (m + k + MORE) as f64).says("m + K + 6"),
            Goal::at_most(REMOVE, BEYOND, MORE as f64)
                .says("N + looks + 6: for resources of definitions and for what is left behind as well"),
            Goal::at_most(REMOVE, REQUESTS, (n + k + MORE) as f64).says("N + K + 6, K counting those of the set alone"),
            Goal::at_most(REMOVE, TIME, 2.0),
        ];
        Ok(Race { notes, contestants, goals })
    },
};
