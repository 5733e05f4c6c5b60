//! The verbs: one file each, listed in [`VERBS`].

mod bench;
mod demo;
mod istio;
mod lint;
mod picture;
mod schema;
mod schemas;
mod selftest;
mod setup;
mod simulate;
mod test;
mod testbed;
mod upstream;

use crate::shell::Result;

/// A verb of `cargo xtask`.
pub(crate) struct Verb {
    pub(crate) name: &'static str,
    pub(crate) options: &'static str,
    pub(crate) does: &'static str,
    pub(crate) run: fn(&[String]) -> Result,
}

/// Every verb, sorted by name.
pub(crate) const VERBS: &[Verb] = &[
    bench::VERB,
    demo::VERB,
    istio::VERB,
    lint::VERB,
    picture::VERB,
    schema::VERB,
    schemas::VERB,
    selftest::VERB,
    setup::VERB,
    simulate::VERB,
    test::VERB,
    testbed::VERB,
    upstream::VERB,
];

/// Refuses options where there are none.
fn no_options(given: &[String]) -> Result {
    given.first().map_or(Ok(()), |first| Err(format!("unknown option {first}: this verb has none")))
}
