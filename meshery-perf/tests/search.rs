//! Searching a real server for a capacity that is known: so many connections, so long an answer.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod support;

use std::time::Duration;

use meshery_core::{Context, ErrorKind, LoadSpec, Rate, SearchSpec};
use meshery_perf::Engine;
use serde_json::json;
use support::{OK, Server, answer, block_on};

/// Four connections and 10 ms an answer: 400/s at most, whatever the machine.
fn server() -> Server {
    Server::start(|_, stream| {
        std::thread::sleep(Duration::from_millis(10));
        answer(stream, OK)
    })
}

#[test]
fn the_capacity_of_a_server_is_found_for_several_goals_at_once() {
    let server = server();
    let spec: SearchSpec = serde_json::from_value(json!({
        "load": { "target": server.url(), "connections": 4, "warm_up": "100ms", "timeout": "1s" },
        "goals": [
            { "name": "answers", "thresholds": { "failed": ["rate<0.01"], "response": ["p(50)<500"] } },
            { "name": "impossible", "thresholds": { "response": ["min<1"] } },
        ],
        "lowest": "20/s", "highest": "5000/s", "short": "100ms", "full": "400ms", "decided_by": "400ms", "width": 0.3,
    }))
    .unwrap();
    let found = block_on(meshery_perf::search(&Engine::new(), &spec, &Context::default())).unwrap();
    let [answers, impossible] = found.goals.as_slice() else { panic!("{:?}", found.goals) };
    assert!(answers.complete && impossible.complete);
    // A busy machine takes a part of the 400; it cannot add to it.
    assert!(answers.lower.unwrap().get() < 400.0 && answers.upper.unwrap().get() > 150.0, "{answers:?}");
    assert_eq!((impossible.lower, impossible.upper), (None, Some(Rate::per_second(20.0).unwrap())));
    assert!(found.curve.windows(2).all(|pair| pair[0].rate.get() <= pair[1].rate.get()));
    assert!(found.curve.iter().any(|point| !point.kept[0]) && found.curve.iter().any(|point| point.kept[0]));
}

#[test]
fn a_search_out_of_time_says_so() {
    let server = server();
    let spec: SearchSpec = serde_json::from_value(json!({
        "load": { "target": server.url(), "connections": 4, "warm_up": "0s" },
        "goals": [{ "name": "answers", "thresholds": { "failed": ["rate<0.01"] } }],
        "lowest": "20/s", "highest": "5000/s", "short": "100ms", "full": "1s", "at_most": "300ms",
    }))
    .unwrap();
    let found = block_on(meshery_perf::search(&Engine::new(), &spec, &Context::default())).unwrap();
    assert!(!found.goals[0].complete && found.curve.len() <= 2);
}

#[test]
fn latency_against_rate_is_a_curve() {
    let server = server();
    let load = LoadSpec { connections: 4, warm_up: Duration::ZERO, ..LoadSpec::new(server.url()) };
    let rates = [100.0, 200.0].map(|rate| Rate::per_second(rate).unwrap());
    let lasts = Duration::from_millis(500);
    let curve = |rates: &[Rate]| {
        block_on(meshery_perf::search::curve(&Engine::new(), &load, rates, lasts, &Context::default()))
    };
    let points = curve(&rates).unwrap();
    assert_eq!(points.iter().map(|point| point.rate).collect::<Vec<_>>(), rates);
    assert!(points.iter().all(|point| point.lasts == lasts && point.throughput.is_some() && point.failed == 0.0));
    // Whatever is known of them is more than the 10 ms that an answer takes.
    let known: Vec<u64> = points.iter().flat_map(|point| &point.percentiles).filter_map(|p| p.value_ns).collect();
    assert!(!known.is_empty() && known.iter().all(|nanos| *nanos > 10_000_000), "{known:?}");
    assert_eq!(curve(&[]).unwrap_err().kind(), ErrorKind::InvalidInput);
}
