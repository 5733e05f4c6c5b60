//! The engine against servers whose true response times are known without measuring: `cargo xtask selftest` prints the same.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::time::Duration;

use meshery_core::{Context, Fate};
use meshery_perf::selftest::{self, Script};

/// One after the other: they would disturb each other.
#[test]
fn what_is_known_without_measuring_is_reported_as_it_is() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for script in Script::ALL {
        let (rows, measurement) = runtime.block_on(selftest::run(script, &Context::default())).unwrap();
        assert_eq!(measurement.measured.counts.of(Fate::Ok), measurement.measured.counts.scheduled);
        for row in &rows {
            // The end of the freeze is long beside everything that a busy machine adds; the rest is not.
            let is_long = script == Script::Freeze && row.percentile >= 99.0;
            let within = if is_long { 0.02 } else { 0.05 };
            assert!(row.error().abs() < within, "{script}, p{}: {row:?}", row.percentile);
        }
        if script == Script::Freeze {
            // The clock that starts at the real send is blind: at most one request a connection saw the freeze.
            let blind = measurement.measured.service.quantile(0.97).unwrap();
            assert!(blind < Duration::from_millis(100), "{blind:?}");
        }
    }
}
