//! Overhead from a scripted Prometheus, for what a calm real one does not do: another clock, TLS, tokens, counters that begin
//! again, series that end.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::block_on;
use crate::support::origin::{Answer, Authority, Origin, Seen, ok};
use meshery_core::plan::Role;
use meshery_core::{Context, Error, ErrorKind};
use meshery_perf::telemetry::prometheus::{Component, Credentials, Endpoint, Prometheus, recipe};
use serde_json::{Value, json};

const TOKEN: &str = "s3cret";
/// How far the server's clock is ahead.
const AHEAD: f64 = 3600.0;

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// A window of two seconds, some seconds ago.
fn window(begun: f64) -> (Duration, Duration) {
    (Duration::from_secs_f64(begun - 20.0), Duration::from_secs_f64(begun - 18.0))
}

/// Samples at every second from so long before now to so long before now, on the server's clock.
fn series(begun: f64, (from, to): (i32, i32), value: impl Fn(f64) -> f64) -> Value {
    let samples: Vec<Value> = (to..=from)
        .rev()
        .map(|ago| json!([begun + AHEAD - f64::from(ago), value(-f64::from(ago)).to_string()]))
        .collect();
    json!({ "metric": { "pod": format!("{from}-{to}") }, "values": samples })
}

/// A Prometheus whose processor time is that of these series; its memory is 1 MB.
fn prometheus(authority: &Authority, begun: f64, cpu: Vec<Value>) -> Origin {
    Origin::start(Some(authority.server(false)), move |seen: Seen| -> Answer {
        if seen.authorization.as_deref() != Some(&format!("Bearer {TOKEN}")) {
            let mut answer = ok("who are you?");
            *answer.status_mut() = hyper::StatusCode::UNAUTHORIZED;
            return answer;
        }
        let data = if seen.path.contains("query=time") {
            json!({ "resultType": "scalar", "result": [now() + AHEAD, (now() + AHEAD).to_string()] })
        } else if seen.path.contains("cpu_usage") {
            json!({ "resultType": "matrix", "result": cpu })
        } else {
            json!({ "resultType": "matrix", "result": [series(begun, (40, 0), |_| 1e6)] })
        };
        ok(json!({ "status": "success", "data": data }).to_string())
    })
}

fn usage(origin: &Origin, authority: &Authority, token: &str, begun: f64) -> Result<(f64, u64), Error> {
    let sidecars = Component {
        name: "sidecars".into(),
        role: Role::Proxy,
        recipe: recipe::by_name("cadvisor").unwrap(),
        matchers: String::new(),
    };
    let endpoint = Endpoint {
        tls: Some(authority.trusted()),
        credentials: Some(Credentials::Bearer(token.into())),
        ..Endpoint::new(origin.url("https"))
    };
    let prometheus = Prometheus::new(endpoint).unwrap();
    let used = block_on(prometheus.usage(&[sidecars], window(begun), &Context::default()))?;
    Ok((used[0].cpu.as_secs_f64(), used[0].memory_bytes))
}

#[test]
fn another_clock_and_counters_that_begin_again_change_nothing() {
    let (authority, begun) = (Authority::new(), now());
    // Half a processor within the window and none outside of it, so that a window that is off by a second is seen.
    let steady = series(begun, (40, 0), |at| (at + 20.0).clamp(0.0, 2.0) / 2.0);
    // A second container, whose counter begins again in the middle of the window.
    let reset = series(begun, (40, 0), |at| if at < -19.0 { 100.0 + (at + 20.0) } else { at + 19.0 });
    let origin = prometheus(&authority, begun, vec![steady, reset]);
    let (seconds, memory) = usage(&origin, &authority, TOKEN, begun).unwrap();
    // To the reset nothing of the second one is lost but what it counted between its last scrape and its end.
    assert!((1.9..=2.1).contains(&seconds), "{seconds}");
    assert_eq!(memory, 1_000_000);
}

#[test]
fn a_series_that_ends_is_not_taken_for_idle() {
    let (authority, begun) = (Authority::new(), now());
    let whole = || series(begun, (40, 0), |at| at + 40.0);
    let ended = series(begun, (40, 19), |at| at + 40.0);
    let mut gap = whole();
    gap["values"].as_array_mut().unwrap().retain(|sample| {
        let ago = begun + AHEAD - sample[0].as_f64().unwrap();
        !(15.0..=22.0).contains(&ago)
    });
    for (odd, said) in [(ended, "no sample after the window"), (gap, "a gap in the series")] {
        let origin = prometheus(&authority, begun, vec![whole(), odd]);
        let error = usage(&origin, &authority, TOKEN, begun).unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidInput && error.to_string().contains(said), "{error}");
    }
}

#[test]
fn a_wrong_token_and_a_stranger_are_refused() {
    let (authority, begun) = (Authority::new(), now());
    let origin = prometheus(&authority, begun, vec![series(begun, (40, 0), |at| at + 40.0)]);
    let error = usage(&origin, &authority, "guess", begun).unwrap_err();
    assert!(error.kind() == ErrorKind::Refused && !error.to_string().contains("guess"), "{error}");
    assert_eq!(usage(&origin, &Authority::new(), TOKEN, begun).unwrap_err().kind(), ErrorKind::Tls);
}
