//! `simulate`: what the statistics promise, by simulation.

use super::{Verb, bench};
use crate::shell::Result;

pub(super) const VERB: Verb = Verb {
    name: "simulate",
    options: "[--quick]",
    does: "simulate how often the statistics cry wolf, and how often they see what is there",
    run: simulate,
};

fn simulate(options: &[String]) -> Result {
    bench::program("simulate", options)
}
