//! TLS against a real rustls server: trust, identities, names, versions, and what is said when they do not fit.

use std::time::Duration;

use crate::support::block_on;
use meshery_core::measurement::Doubt;
use meshery_core::network::{Tls, TlsVersion};
use meshery_core::{Context, Error, ErrorKind, Fate, LoadSpec, LoadTest, Measurement, Pace, Rate, Stop};
use meshery_perf::Engine;
use std::sync::Arc;

use crate::support::origin::{Authority, Greeting, Origin, ok};

fn load(origin: &Origin, tls: Option<Tls>) -> Result<Measurement, Error> {
    let spec = LoadSpec {
        pace: Pace::Constant(Rate::per_second(500.0).unwrap()),
        stop: Stop::Count(200),
        warm_up: Duration::ZERO,
        connections: 4,
        tls,
        ..LoadSpec::new(origin.url("https"))
    };
    block_on(Engine::new().run(&spec, &Context::default()))
}

fn origin(authority: &Authority, mutual: bool) -> Origin {
    Origin::start(Some(authority.server(mutual)), |_| ok("x".repeat(100_000)))
}

#[test]
fn a_load_is_encrypted_and_its_handshakes_are_timed() {
    let authority = Authority::new();
    let origin = origin(&authority, false);
    for version in [None, Some(TlsVersion::Tls12), Some(TlsVersion::Tls13)] {
        let measurement = load(&origin, Some(Tls { version, ..authority.trusted() })).unwrap();
        let measured = &measurement.measured;
        assert_eq!(measured.counts.of(Fate::Ok), 200, "{version:?}");
        assert_eq!((measured.handshake.count(), measured.connect.count()), (4, 4));
        assert!(measured.bytes_received > 200 * 100_000);
    }
}

#[test]
fn a_server_that_nobody_vouches_for_is_refused_before_the_load() {
    let origin = origin(&Authority::new(), false);
    for tls in [Some(Authority::new().trusted()), None] {
        let error = load(&origin, tls).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls);
        assert!(error.report().found.as_ref().unwrap().contains("certificate"), "{error}");
    }
}

#[test]
fn a_name_that_is_not_the_servers_is_refused() {
    let authority = Authority::new();
    let tls = Tls { server_name: Some("shop.example".into()), ..authority.trusted() };
    assert_eq!(load(&origin(&authority, false), Some(tls)).unwrap_err().kind(), ErrorKind::Tls);
}

#[test]
fn verification_that_is_switched_off_is_said() {
    let measurement = load(&origin(&Authority::new(), false), Some(Tls { verify: false, ..Tls::default() })).unwrap();
    assert_eq!(measurement.measured.counts.of(Fate::Ok), 200);
    assert!(measurement.validity.warnings.iter().any(|reason| reason.code == Doubt::Unverified));
}

#[test]
fn mutual_tls_lets_in_who_is_known_and_nobody_else() {
    let authority = Authority::new();
    let origin = origin(&authority, true);
    let known = Tls { identity: Some(authority.sign("client")), ..authority.trusted() };
    assert_eq!(load(&origin, Some(known)).unwrap().measured.counts.of(Fate::Ok), 200);
    let unknown = [None, Some(Authority::new().sign("client"))];
    for identity in unknown {
        for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
            let tls = Tls { identity: identity.clone(), version: Some(version), ..authority.trusted() };
            // TLS 1.3 tells a client that it is refused only after its handshake is over.
            match load(&origin, Some(tls)) {
                Err(error) => assert_eq!(error.kind(), ErrorKind::Tls, "{error}"),
                Ok(measurement) => {
                    let counts = &measurement.measured.counts;
                    assert!(counts.is_conserved() && counts.of(Fate::Ok) == 0, "{counts:?}");
                }
            }
        }
    }
}

/// A load in which every connection carries one request only.
fn load_with_new_connections(origin: &Origin, tls: Tls) -> Measurement {
    let mut spec = LoadSpec {
        pace: Pace::Constant(Rate::per_second(500.0).unwrap()),
        stop: Stop::Count(300),
        warm_up: Duration::ZERO,
        connections: 4,
        timeout: Duration::from_millis(300),
        tls: Some(tls),
        ..LoadSpec::new(origin.url("https"))
    };
    spec.network.requests_per_connection = Some(1);
    let measurement = block_on(Engine::new().run(&spec, &Context::default())).unwrap();
    assert!(measurement.measured.counts.is_conserved());
    measurement
}

#[test]
fn a_server_that_changes_its_identity_in_mid_run_is_refused_from_then_on() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (own, foreign) = (Arc::new(authority.server(false)), Arc::new(other.server(false)));
    let greet = move |number| Greeting::Tls(Arc::clone(if number < 50 { &own } else { &foreign }));
    let measurement = load_with_new_connections(&Origin::greeting(greet, |_| ok("")), authority.trusted());
    let counts = &measurement.measured.counts;
    assert!(counts.of(Fate::Ok) > 0, "{counts:?}");
    assert!(counts.of(Fate::Tls) > 0, "{counts:?}");
    // A machine that is short of time may be too late for some of the fifty; nobody else ever gets a request.
    assert!(counts.sent <= 50, "{counts:?}");
}

#[test]
fn a_server_that_falls_silent_in_its_greeting_times_out() {
    let authority = Authority::new();
    let own = Arc::new(authority.server(false));
    let greet = move |number| if number < 8 { Greeting::Tls(Arc::clone(&own)) } else { Greeting::Silence };
    let measurement = load_with_new_connections(&Origin::greeting(greet, |_| ok("")), authority.trusted());
    let counts = &measurement.measured.counts;
    assert!(counts.of(Fate::Ok) > 0, "{counts:?}");
    // Whoever waits for the connection and the connection itself run out of time together: either may be first.
    let waited = counts.of(Fate::ConnectTimeout) + counts.of(Fate::NotSent);
    assert!(waited >= 292 && counts.of(Fate::Tls) == 0, "{counts:?}");
    assert!(counts.sent <= 8, "{counts:?}");
}

#[test]
fn settings_that_do_not_fit_are_named_by_their_place() {
    let authority = Authority::new();
    let origin = origin(&authority, false);
    let mut crossed = authority.sign("a");
    crossed.key = authority.sign("b").key;
    let text = |text: &str| meshery_core::network::Pem::Text(text.into());
    for (tls, place) in [
        (Tls { ca: Some(text("nothing")), ..Tls::default() }, "tls.ca"),
        (Tls { server_name: Some("not a name".into()), ..authority.trusted() }, "tls.server_name"),
        (Tls { identity: Some(crossed), ..authority.trusted() }, "tls.identity"),
    ] {
        let error = load(&origin, Some(tls)).unwrap_err();
        assert_eq!(error.report().place.as_deref(), Some(place), "{error}");
    }
    let spec = LoadSpec { tls: Some(authority.trusted()), ..LoadSpec::new(origin.url("http")) };
    let error = block_on(Engine::new().run(&spec, &Context::default())).unwrap_err();
    assert_eq!(error.report().place.as_deref(), Some("tls"));
}

#[test]
fn a_private_key_reaches_no_output() {
    let authority = Authority::new();
    let identity = authority.sign("client");
    let meshery_core::network::Pem::Text(key) = identity.key.clone() else { unreachable!() };
    let secret = key.lines().nth(1).unwrap();
    let tls = Tls { identity: Some(identity), ..authority.trusted() };
    let measurement = load(&origin(&authority, true), Some(tls)).unwrap();
    for text in [serde_json::to_string(&measurement).unwrap(), format!("{measurement:?}")] {
        assert!(!text.contains(secret));
    }
}
