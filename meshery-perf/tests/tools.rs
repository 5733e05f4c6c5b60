//! Other load generators behind the common trait: what they are told, what they say, and that none is left behind.
//!
//! The real ones run where they are installed (`MESHERY_FORTIO`, `MESHERY_K6`, `MESHERY_OHA`, `MESHERY_WRK2`, or the
//! `PATH`); without them a test says so, loudly, and the readers' own tests hold what they say to genuine files.

#![cfg(target_os = "linux")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{Next, OK, Server, answer, block_on};
use meshery_core::measurement::Doubt;
use meshery_core::{Cancel, Context, ErrorKind, Fate, LoadSpec, LoadTest, Pace, Rate, Stop};
use meshery_perf::exchange::{Shape, Timing};
use meshery_perf::tools::{External, TOOLS, by_name};
use serde_json::json;

/// The tool where it is installed; else it is said that this part was skipped, and how to get it.
fn installed(name: &str) -> Option<External> {
    let error = match External::find(name) {
        Ok(tool) => return Some(tool),
        Err(error) => error,
    };
    assert_eq!(error.kind(), ErrorKind::ProgramMissing, "{error}");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    writeln!(std::io::stderr(), "SKIPPED {test} with {name}: {error}").unwrap();
    None
}

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/exchange/programs").join(name)
}

fn server() -> Server {
    Server::start(|_, stream| answer(stream, OK))
}

fn load(target: impl Into<String>) -> LoadSpec {
    LoadSpec { warm_up: Duration::ZERO, connections: 4, timeout: Duration::from_secs(2), ..LoadSpec::new(target) }
}

fn at(rate: f64) -> Pace {
    Pace::Constant(Rate::per_second(rate).unwrap())
}

#[test]
fn tools_are_sorted_and_told_apart() {
    let names: Vec<_> = TOOLS.iter().map(|tool| tool.name()).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    let error = by_name("jmeter").err().unwrap();
    assert!(names.iter().all(|name| error.to_string().contains(name)), "{error}");
    let said = [
        ("fortio", "1.66.5\n", "1.66.5"),
        ("k6", "k6 v1.8.1 (go1.26.8, linux/amd64)\n", "1.8.1"),
        ("oha", "oha 1.16.0\n", "1.16.0"),
        ("wrk2", "wrk 4.0.0 [epoll] Copyright (C) 2012 Will Glozer\n  -R, --rate <T>\n", "4.0.0"),
    ];
    for (name, said, version) in said {
        assert_eq!(by_name(name).unwrap().version(said).as_deref(), Some(version));
        assert_eq!(by_name(name).unwrap().version("bash: no such thing"), None);
    }
    let error = External::at("wrk2", program("wrk")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "plain wrk has no rate: {error}");
}

#[test]
fn every_tool_is_told_the_load_in_its_own_words() {
    let mut spec = load("http://127.0.0.1:8080/a?b=c");
    spec.pace = at(200.0);
    spec.stop = Stop::Duration(Duration::from_secs(3));
    spec.threads = 2;
    spec.request = json!({ "headers": [["x-a", "1"], ["host", "shop"]] });
    let told = |name: &str| by_name(name).unwrap().invocation(&spec).unwrap();
    let words = |name: &str| told(name).arguments.join(" ");
    assert_eq!(
        words("fortio"),
        "load -quiet -log-errors=false -allow-initial-errors -json - -r 0.00001 -c 4 -qps 200 -t 3000ms -timeout 2000ms \
         -X GET -H host: shop -H x-a: 1 http://127.0.0.1:8080/a?b=c"
    );
    assert_eq!(told("fortio").environment, [("GOMAXPROCS", "2".to_owned())]);
    assert_eq!(
        words("oha"),
        "--no-tui --no-color --disable-compression --output-format json --redirect 0 -c 4 --worker-threads 2 -q 200 \
         --latency-correction -z 3000ms -w -t 2000ms -m GET -H host: shop -H x-a: 1 http://127.0.0.1:8080/a?b=c"
    );
    assert_eq!(
        words("wrk2"),
        "--latency -t 2 -c 4 -d 3s -R 200 --timeout 2s -H host: shop -H x-a: 1 http://127.0.0.1:8080/a?b=c"
    );
    assert_eq!(words("k6"), "run --quiet --no-usage-report --no-color -");
    let script = told("k6").input;
    for part in
        [r#""executor":"constant-arrival-rate","rate":200"#, r#""maxVUs":4"#, r#"{"host":"shop","x-a":"1"}"#, "/a?b=c"]
    {
        assert!(script.contains(part), "{part} in {script}");
    }
}

#[test]
fn what_a_tool_cannot_do_is_named() {
    let base = || load("http://127.0.0.1:8080/");
    let with = |words: serde_json::Value| {
        let mut document = serde_json::to_value(base()).unwrap();
        document.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        serde_json::from_value::<LoadSpec>(document).unwrap()
    };
    let all = ["fortio", "k6", "oha", "wrk2"];
    let cases: &[(serde_json::Value, &str, &[&str])] = &[
        (json!({ "protocol": "http2" }), "protocol", &all),
        (json!({ "pace": { "poisson": "10/s" } }), "pace", &all),
        (json!({ "pace": "closed" }), "pace", &["wrk2"]),
        (json!({ "pace": { "constant": "0.5/s" } }), "pace", &["wrk2"]),
        (json!({ "stop": { "precision": { "percentile": 99, "within": 0.1, "at_most": "1s" } } }), "stop", &all),
        (json!({ "pace": { "constant": "5/s" }, "stop": { "count": 5 } }), "stop", &["k6", "wrk2"]),
        (json!({ "pace": { "constant": "5/s" }, "stop": { "duration": "1.5s" } }), "stop.duration", &["wrk2"]),
        (json!({ "wait": "spin" }), "wait", &all),
        (json!({ "streams": 2 }), "streams", &all),
        (json!({ "network": { "family": "ipv4" } }), "network", &all),
        (json!({ "tls": { "verify": false } }), "tls", &all),
        (json!({ "mix": [{ "request": { "path": "/" } }] }), "mix", &all),
        (json!({ "checks": [{ "status": [200] }] }), "checks", &all),
        (json!({ "floor": "1s" }), "floor", &all),
        (json!({ "request": { "path": "/{{counter}}" } }), "request", &all),
        (json!({ "pace": { "constant": "5/s" }, "request": { "method": "POST", "body": "x" } }), "request", &["wrk2"]),
    ];
    for (words, place, tools) in cases {
        for name in *tools {
            let error = by_name(name).unwrap().invocation(&with(words.clone())).err().unwrap();
            assert_eq!(
                (error.kind(), error.report().place.as_deref()),
                (ErrorKind::Unsupported, Some(*place)),
                "{name}: {words}: {error}"
            );
        }
    }
    let error = by_name("oha").unwrap().invocation(&with(json!({ "target": "ftp://x/" }))).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_closed_loop_of_a_count_is_counted_in_full() {
    for tool in ["fortio", "k6", "oha"].into_iter().filter_map(installed) {
        let server = server();
        let mut spec = load(server.url());
        spec.stop = Stop::Count(200);
        let measurement = block_on(tool.run(&spec, &Context::default())).unwrap();
        let counts = &measurement.measured.counts;
        assert_eq!((counts.scheduled, counts.of(Fate::Ok)), (200, 200), "{}", tool.tool());
        assert!(server.requests() >= 200 && counts.is_conserved());
        assert!(measurement.validity.is_valid(), "{:?}", measurement.validity);
        assert!(measurement.validity.warnings.iter().any(|reason| reason.code == Doubt::Unknown));
        assert!(measurement.measured.response.is_empty(), "no tool of these tells every value");
        assert_eq!(measurement.tool, tool.tool());
        assert!(measurement.started_unix_ns > 1_600_000_000_000_000_000 && measurement.achieved.is_some());
    }
}

#[test]
fn a_rate_is_kept_and_a_warm_up_is_counted_apart() {
    for tool in ["fortio", "k6", "oha"].into_iter().filter_map(installed) {
        let server = server();
        let mut spec = load(server.url());
        spec.pace = at(100.0);
        spec.stop = Stop::Duration(Duration::from_secs(2));
        spec.warm_up = Duration::from_secs(1);
        let measurement = block_on(tool.run(&spec, &Context::default())).unwrap();
        let (warm, hot) = (measurement.warm_up.counts.scheduled, measurement.measured.counts.scheduled);
        assert!((90..=110).contains(&warm) && (190..=210).contains(&hot), "{}: {warm}, {hot}", tool.tool());
        assert_eq!(measurement.asked, spec.pace.rate());
    }
}

#[test]
fn what_is_told_arrives() {
    for tool in ["fortio", "k6", "oha"].into_iter().filter_map(installed) {
        let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let kept = std::sync::Arc::clone(&seen);
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| keep_and_answer(stream, &kept)));
        let mut spec = load(format!("http://{address}/ignored"));
        (spec.stop, spec.connections) = (Stop::Count(3), 1);
        spec.request = json!({
            "method": "PUT", "path": "/shop?x=1", "body": "{\"a\": 'b'}",
            "headers": [["x-note", "it's \"quoted\""], ["host", "shop.example"]],
        });
        let outcome = block_on(tool.outcome(&spec, &Context::default())).unwrap();
        assert_eq!(outcome.requests, Some(3), "{}", tool.tool());
        let seen = String::from_utf8(seen.lock().unwrap().clone()).unwrap();
        let lower = seen.to_lowercase();
        for part in ["put /shop?x=1 http/1.1", "\r\nhost: shop.example\r\n", "x-note: it's \"quoted\"", "{\"a\": 'b'}"]
        {
            assert!(lower.contains(part), "{}: {part} in {seen}", tool.tool());
        }
    }
}

/// Reads what comes for a while, then answers; good enough for a request that comes in one or two pieces.
fn keep_and_answer(mut stream: std::net::TcpStream, kept: &std::sync::Mutex<Vec<u8>>) {
    use std::io::Read;
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let mut buffer = [0; 4096];
    let mut request = Vec::new();
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => request.extend_from_slice(&buffer[..count]),
            Err(_) if request.is_empty() => return,
            Err(_) => {
                kept.lock().unwrap().append(&mut request);
                if stream.write_all(OK).is_err() {
                    return;
                }
            }
        }
    }
}

#[test]
fn failures_are_counted_and_spoil_the_run() {
    for tool in ["fortio", "k6", "oha"].into_iter().filter_map(installed) {
        let server = Server::start(|number, stream| match number % 4 {
            3 => answer(stream, b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"),
            _ => answer(stream, OK),
        });
        let mut spec = load(server.url());
        spec.stop = Stop::Count(200);
        let measurement = block_on(tool.run(&spec, &Context::default())).unwrap();
        let counts = &measurement.measured.counts;
        let failed = counts.of(Fate::Status) + counts.of(Fate::Unspecified);
        assert!((45..=55).contains(&failed) && counts.scheduled == 200, "{}: {counts:?}", tool.tool());
        assert!(measurement.validity.invalid.iter().any(|reason| reason.code == Doubt::Errors));
        let closing = Server::start(|number, stream| match number % 4 {
            3 => Next::Close,
            _ => answer(stream, OK),
        });
        let mut spec = load(closing.url());
        spec.stop = Stop::Count(200);
        let measurement = block_on(tool.run(&spec, &Context::default())).unwrap();
        assert!(measurement.measured.counts.is_conserved(), "{}", tool.tool());
    }
}

#[test]
fn all_that_is_told_is_there_in_the_outcome() {
    let shapes = [("fortio", Timing::Service), ("k6", Timing::Service), ("oha", Timing::Service)];
    for (name, timing) in shapes {
        let Some(tool) = installed(name) else { continue };
        let server = server();
        let mut spec = load(server.url());
        spec.stop = Stop::Count(400);
        let outcome = block_on(tool.outcome(&spec, &Context::default())).unwrap();
        let values = &outcome.timed(timing).unwrap().values;
        assert!(matches!(values.shape, Shape::Buckets(_) | Shape::Percentiles(_)), "{name}: {values:?}");
        let (above, to) = values.bounds(0.99).unwrap();
        assert!(above <= to && to < Duration::from_secs(2), "{name}: {above:?}..={to:?}");
        assert_eq!(outcome.version, Some(tool.tool().version));
    }
}

#[test]
fn a_target_that_is_not_there_is_unreachable() {
    let tool = External::at("wrk2", program("wrk2")).unwrap();
    let spec = LoadSpec { pace: at(10.0), ..load("http://127.0.0.1:1/") };
    let error = block_on(tool.run(&spec, &Context::default())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
}

/// wrk2 itself cannot be had as a package: a program that says what its README shows stands in.
#[test]
fn what_wrk2_says_becomes_a_measurement() {
    let server = server();
    let tool = External::at("wrk2", program("wrk2")).unwrap();
    let spec = LoadSpec { pace: at(2000.0), stop: Stop::Duration(Duration::from_secs(30)), ..load(server.url()) };
    let measurement = block_on(tool.run(&spec, &Context::default())).unwrap();
    assert_eq!(measurement.measured.counts.of(Fate::Ok), 60_018);
    assert!(measurement.validity.is_valid() && measurement.measured.response.is_empty());
    assert_eq!(measurement.tool.to_string(), "wrk2 4.0.0");
}

/// Processes with this among their arguments.
fn living(argument: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let told = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    told.filter(|line| line.windows(argument.len()).any(|window| window == argument.as_bytes())).count()
}

/// Waits for what the kernel does soon, without a limit that a busy machine could break.
fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..3000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(holds(), "{what}");
}

#[test]
fn a_cancelled_load_returns_what_it_has() {
    for tool in ["fortio", "k6", "oha"].into_iter().filter_map(installed) {
        let server = server();
        let mut spec = load(server.url());
        spec.pace = at(200.0);
        spec.stop = Stop::Duration(Duration::from_secs(600));
        let cancel = Cancel::new();
        let context = Context::new(cancel.clone(), |_: &meshery_core::Event| {});
        let measurement = std::thread::scope(|scope| {
            scope.spawn(|| {
                until("requests", || server.requests() > 50);
                cancel.cancel();
            });
            block_on(tool.run(&spec, &context))
        });
        match measurement {
            Ok(measurement) => {
                assert!(measurement.measured.counts.scheduled > 20, "{}", tool.tool());
                assert!(measurement.validity.invalid.iter().any(|reason| reason.code == Doubt::Cancelled));
            }
            Err(error) => assert!(error.is_cancelled(), "{}: {error}", tool.tool()),
        }
        until("no child is left", || living(&server.address.to_string()) == 0);
        // k6 has the address in its script, not among its arguments.
        let before = server.requests();
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(server.requests(), before, "{}: nobody sends any more", tool.tool());
    }
}

#[test]
fn a_forgotten_load_ends_with_all_its_children() {
    let server = server();
    let tool = External::at("fortio", program("stubborn")).unwrap();
    let spec = LoadSpec { stop: Stop::Duration(Duration::from_secs(600)), ..load(server.url()) };
    // The child of the child is known by the digits of the URL.
    let digits: String = spec.target.chars().filter(char::is_ascii_digit).collect();
    let grandchild = format!("600.{digits}");
    let context = Context::default();
    block_on(async {
        let run = tool.run(&spec, &context);
        tokio::pin!(run);
        while living(&grandchild) == 0 {
            let wait = tokio::time::sleep(Duration::from_millis(10));
            tokio::select! { end = &mut run => panic!("it ended: {end:?}"), () = wait => {} }
        }
    });
    until("no child is left", || living(&grandchild) == 0 && living(&server.address.to_string()) == 0);
}

#[test]
fn a_tool_that_fails_says_why_and_no_secret() {
    let server = server();
    let mut spec = load(server.url());
    spec.target += "?token=S3CR3T";
    spec.request = json!({
        "method": "POST", "headers": [["authorization", "Bearer S3CR3T"], ["x-word", "S3CR3T"]], "body": "S3CR3T=1",
    });
    let tool = External::at("fortio", program("broken")).unwrap();
    let error = block_on(tool.run(&spec, &Context::default())).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("cannot do this") && text.contains("exit status: 3"), "{text}");
    assert!(!text.contains("S3CR3T") && text.contains("-qps 0"), "{text}");
}

#[test]
fn a_tool_that_prints_without_end_is_not_read_without_end() {
    let server = server();
    let tool = External::at("fortio", program("endless")).unwrap();
    let error = block_on(tool.run(&load(server.url()), &Context::default())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

#[test]
fn a_program_that_is_missing_says_how_to_get_it() {
    let error = External::at("fortio", program("nowhere")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProgramMissing);
    for tool in TOOLS {
        assert!(!tool.source().is_empty() && tool.variable().starts_with("MESHERY_"), "{}", tool.name());
    }
}
