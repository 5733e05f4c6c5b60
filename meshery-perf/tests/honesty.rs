//! The freeze test: a server that stands still for 1 s in 10 s at 2,000 requests/s.
//!
//! Truth, for requests intended at t in 0..10 s and a freeze that begins at f: a request in the freeze waits until its
//! end, f + 1 s - t, uniform over 0..1 s for a tenth of all requests. So the response time at quantile q is
//! 1 s × (1 - (1 - q) / 0.1): 0.90 s at p99 and 0.99 s at p99.9, and the median does not see the freeze at all.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod support;

use std::time::{Duration, Instant};

use meshery_core::{Context, Fate, LoadSpec, LoadTest, Pace, Rate, Stop};
use meshery_perf::Engine;
use support::{Freezing, OK, Server, answer, block_on};

#[test]
fn a_freeze_is_reported_as_it_was() {
    let warm_up = Duration::from_millis(200);
    let freeze =
        Freezing { start: Instant::now(), from: warm_up + Duration::from_secs(4), length: Duration::from_secs(1) };
    let server = Server::start(move |_, stream| {
        freeze.wait();
        answer(stream, OK)
    });
    let mut spec = LoadSpec::new(server.url());
    spec.pace = Pace::Constant(Rate::per_second(2000.0).unwrap());
    spec.stop = Stop::Duration(Duration::from_secs(10));
    spec.warm_up = warm_up;
    let measurement = block_on(Engine::new().run(&spec, &Context::default())).unwrap();
    let phase = &measurement.measured;
    assert_eq!(phase.counts.of(Fate::Ok), 20_000);
    // The truth is of a server that works its backlog off in no time. A real one takes some tens of milliseconds for
    // 2,000 requests, which is real latency, and weighs the more the shorter the wait was.
    for (quantile, truth, within) in [(0.95, 0.5, 0.1), (0.99, 0.9, 0.02), (0.999, 0.99, 0.02)] {
        let found = phase.response.quantile(quantile).unwrap().as_secs_f64();
        assert!((found / truth - 1.0).abs() < within, "quantile {quantile}: {found} s, the truth is {truth} s");
    }
    // The clock that starts at the real send is blind to it: at most one request a connection saw the freeze.
    assert!(phase.service.quantile(0.99).unwrap() < Duration::from_millis(500));
    assert!(phase.response.quantile(0.5).unwrap() < Duration::from_millis(50));
}
