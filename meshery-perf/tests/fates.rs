//! Conservation: whatever a server does, every scheduled request ends in exactly one fate, and the server's own count
//! agrees with what was sent.

use std::io::Write;
use std::time::Duration;

use crate::support::{Next, OK, Server, answer, block_on};
use meshery_core::measurement::Doubt;
use meshery_core::{Context, Counts, ErrorKind, Fate, LoadSpec, LoadTest, Measurement, Pace, Rate, Stop};
use meshery_perf::Engine;

fn open_loop(url: String) -> LoadSpec {
    let mut spec = LoadSpec::new(url);
    spec.pace = Pace::Constant(Rate::per_second(2000.0).unwrap());
    spec.stop = Stop::Count(1000);
    spec.timeout = Duration::from_secs(2);
    spec.warm_up = Duration::from_millis(100);
    spec
}

fn run(spec: &LoadSpec) -> Measurement {
    block_on(Engine::new().run(spec, &Context::default())).unwrap()
}

fn total(measurement: &Measurement) -> Counts {
    let mut counts = measurement.warm_up.counts.clone();
    counts.merge(&measurement.measured.counts);
    counts
}

/// A fault that shows at once.
fn fault(expected: &[Fate], behave: impl Fn(u64, &mut std::net::TcpStream) -> Next + Send + Sync + Clone + 'static) {
    fault_within(Duration::from_secs(2), expected, behave);
}

/// Runs the load in both loops against a server with one fault in every ten requests, and checks the books.
fn fault_within(
    timeout: Duration,
    expected: &[Fate],
    behave: impl Fn(u64, &mut std::net::TcpStream) -> Next + Send + Sync + Clone + 'static,
) {
    for pace in [Pace::Constant(Rate::per_second(2000.0).unwrap()), Pace::Closed] {
        let inner = behave.clone();
        let server = Server::start(move |n, stream| if n % 10 == 9 { inner(n, stream) } else { answer(stream, OK) });
        let spec = LoadSpec { pace: pace.clone(), timeout, ..open_loop(server.url()) };
        let measurement = run(&spec);
        let counts = total(&measurement);
        assert!(counts.is_conserved(), "{pace:?}: {counts:?}");
        assert_eq!(measurement.measured.counts.scheduled, 1000, "{pace:?}");
        assert_eq!(counts.sent, server.requests(), "{pace:?}: what was sent is what the server counted: {counts:?}");
        let faults: u64 = expected.iter().map(|fate| counts.of(*fate)).sum();
        assert!(faults > 0, "{pace:?}: none of {expected:?} in {counts:?}");
        assert_eq!(counts.failed(), faults, "{pace:?}: only {expected:?} may go wrong: {counts:?}");
    }
}

#[test]
fn a_calm_server_answers_everything() {
    let server = Server::start(|_, stream| answer(stream, OK));
    let measurement = run(&open_loop(server.url()));
    assert_eq!(measurement.measured.counts.of(Fate::Ok), 1000);
    assert_eq!(measurement.warm_up.counts.of(Fate::Ok), 200);
    assert_eq!(measurement.measured.counts.statuses, [(200, 1000)].into());
    assert_eq!(server.requests(), 1200);
    let phase = &measurement.measured;
    for histogram in [&phase.response, &phase.service, &phase.send_lag, &phase.own_lag] {
        assert_eq!(histogram.count(), 1000);
    }
}

#[test]
fn several_threads_keep_the_books_together() {
    let server = Server::start(|_, stream| answer(stream, OK));
    let measurement = run(&LoadSpec { threads: 3, connections: 7, ..open_loop(server.url()) });
    assert_eq!((measurement.measured.counts.of(Fate::Ok), server.requests()), (1000, 1200));
}

#[test]
fn error_statuses_are_counted_by_code() {
    fault(&[Fate::Status], |_, stream| answer(stream, b"HTTP/1.1 503 Sad\r\ncontent-length: 0\r\n\r\n"));
}

#[test]
fn resets_are_counted() {
    fault(&[Fate::Reset], |_, _| Next::Reset);
}

#[test]
fn a_close_before_the_answer_is_counted() {
    // Linux answers what was still unread at the close with a reset; either way the request is accounted for.
    fault(&[Fate::EarlyClose, Fate::Reset], |_, _| Next::Close);
}

#[test]
fn a_close_half_way_through_the_answer_is_counted() {
    fault(&[Fate::EarlyClose, Fate::Reset], |_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
        Next::Close
    });
}

#[test]
fn garbage_is_counted_as_a_broken_protocol() {
    fault(&[Fate::Protocol], |_, stream| {
        let _ = stream.write_all(b"220 mail.example ESMTP\r\n");
        Next::Go
    });
}

#[test]
fn a_stalled_answer_times_out() {
    fault_within(Duration::from_millis(300), &[Fate::Timeout], |_, stream| {
        std::thread::sleep(Duration::from_millis(600));
        let _ = stream.write_all(OK);
        Next::Close
    });
}

#[test]
fn a_body_that_comes_too_slowly_times_out() {
    fault_within(Duration::from_millis(300), &[Fate::Timeout], |_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n");
        for _ in 0..10 {
            std::thread::sleep(Duration::from_millis(50));
            let _ = stream.write_all(b"drop");
        }
        Next::Close
    });
}

#[test]
fn a_slow_body_in_time_is_an_answer() {
    let server = Server::start(|n, stream| {
        if n % 50 == 49 {
            for piece in [&b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nsl"[..], b"ow\r\n0\r", b"\n\r\n"]
            {
                std::thread::sleep(Duration::from_millis(3));
                let _ = stream.write_all(piece);
            }
            Next::Go
        } else {
            answer(stream, OK)
        }
    });
    let measurement = run(&open_loop(server.url()));
    assert_eq!((measurement.measured.counts.of(Fate::Ok), server.requests()), (1000, 1200));
}

#[test]
fn a_server_that_goes_away_leaves_nothing_unaccounted() {
    let server = Server::start(|_, stream| answer(stream, OK));
    let address = server.address;
    let server = std::sync::Mutex::new(Some(server));
    let context = Context::new(meshery_core::Cancel::new(), move |event: &meshery_core::Event| {
        if matches!(event, meshery_core::Event::WindowStarted) {
            drop(server.lock().unwrap().take());
        }
    });
    let measurement = block_on(Engine::new().run(&open_loop(format!("http://{address}/")), &context)).unwrap();
    let counts = &measurement.measured.counts;
    assert!(counts.is_conserved());
    assert_eq!(counts.scheduled, 1000);
}

#[test]
fn refused_connections_in_the_middle_are_counted_as_never_sent() {
    let server = Server::start(|n, stream| {
        let _ = stream.write_all(OK);
        if n >= 300 { Next::Close } else { Next::Go }
    });
    let stop = server.address;
    let holder = std::sync::Mutex::new(Some(server));
    let context = Context::new(meshery_core::Cancel::new(), move |event: &meshery_core::Event| {
        if matches!(event, meshery_core::Event::Load { done, .. } if *done >= 200) {
            drop(holder.lock().unwrap().take());
        }
    });
    let measurement = block_on(Engine::new().run(&open_loop(format!("http://{stop}/")), &context)).unwrap();
    let counts = &measurement.measured.counts;
    assert!(counts.is_conserved() && counts.scheduled == 1000, "{counts:?}");
    assert!(counts.of(Fate::ConnectRefused) > 0, "{counts:?}");
    assert!(measurement.validity.invalid.iter().any(|reason| reason.code == Doubt::Errors));
}

#[test]
fn a_target_that_nobody_serves_is_an_error_that_names_it() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = block_on(Engine::new().run(&open_loop(format!("http://{free}/")), &Context::default())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert_eq!(error.report().place.as_deref(), Some(free.to_string().as_str()));
}

#[test]
fn half_of_the_targets_being_dead_halves_the_connections_and_loses_nothing() {
    let server = Server::start(|_, stream| answer(stream, OK));
    // A port that was free a moment ago: nobody listens there.
    let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut spec = LoadSpec { connections: 10, ..open_loop("http://shop.example/".into()) };
    spec.network.connect_to = vec![server.address.to_string(), dead.to_string()];
    spec.network.resolve = meshery_core::network::Resolve::Spread;
    let measurement = run(&spec);
    let counts = total(&measurement);
    assert!(counts.is_conserved());
    // Those that are alive carry the load; those that are not are tried again and again.
    assert_eq!((counts.of(Fate::Ok), counts.sent), (counts.scheduled, server.requests()));
}

#[test]
fn two_loads_run_in_one_process_and_a_forgotten_one_ends() {
    let server = Server::start(|_, stream| answer(stream, OK));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let spec = open_loop(server.url());
    let endless = LoadSpec { stop: Stop::Duration(Duration::from_secs(600)), ..spec.clone() };
    let (engine, context) = (Engine::new(), Context::default());
    let (first, second) = runtime.block_on(async {
        let forgotten = tokio::spawn(async move { Engine::new().run(&endless, &Context::default()).await });
        let both = tokio::join!(engine.run(&spec, &context), engine.run(&spec, &context));
        forgotten.abort();
        both
    });
    assert_eq!((first.unwrap().measured.counts.scheduled, second.unwrap().measured.counts.scheduled), (1000, 1000));
    // The forgotten load's threads end: from then on nothing arrives any more.
    let quiet = || {
        let before = server.requests();
        std::thread::sleep(Duration::from_millis(200));
        server.requests() == before
    };
    assert!((0..100).any(|_| quiet()), "a load goes on that nobody waits for");
}

#[test]
fn a_rate_that_cannot_be_made_is_said() {
    // One connection and 5 ms an answer: 200/s at most, whatever the machine.
    let server = Server::start(|_, stream| {
        std::thread::sleep(Duration::from_millis(5));
        answer(stream, OK)
    });
    let spec = LoadSpec { connections: 1, stop: Stop::Count(200), ..open_loop(server.url()) };
    let measurement = run(&spec);
    assert!(measurement.measured.counts.is_conserved());
    assert!(
        measurement.validity.invalid.iter().any(|reason| reason.code == Doubt::RateNotAchieved),
        "{:?}",
        measurement.validity
    );
}

#[test]
fn a_cancelled_load_keeps_what_it_has() {
    let server = Server::start(|_, stream| answer(stream, OK));
    let cancel = meshery_core::Cancel::new();
    let stop = cancel.clone();
    let context = Context::new(cancel, move |event: &meshery_core::Event| {
        if matches!(event, meshery_core::Event::Load { done, .. } if *done > 300) {
            stop.cancel();
        }
    });
    let spec = LoadSpec { stop: Stop::Duration(Duration::from_secs(600)), ..open_loop(server.url()) };
    let measurement = block_on(Engine::new().run(&spec, &context)).unwrap();
    assert!(measurement.measured.counts.is_conserved());
    assert!(measurement.measured.counts.of(Fate::Ok) > 0);
    assert_eq!(measurement.validity.invalid[0].code, Doubt::Cancelled);
}
