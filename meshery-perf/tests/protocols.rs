//! What every protocol in the registry must keep, whoever wrote it.

use meshery_core::{ErrorKind, LoadSpec};
use meshery_perf::protocol::{Call, Fault, PROTOCOLS, Protocol, Session, Sign, Turn, by_name};
use meshery_perf::target::Target;
use proptest::prelude::*;
use serde_json::json;

fn target(protocol: &dyn Protocol) -> Target {
    let url = format!("{}://127.0.0.1:8080/pkg.Service/Method", protocol.schemes()[0].name);
    Target::parse(&url, protocol.schemes()).unwrap()
}

fn spec(request: serde_json::Value) -> LoadSpec {
    LoadSpec { request, ..LoadSpec::new("") }
}

fn waiting_session(protocol: &dyn Protocol) -> Box<dyn Session> {
    let mut session = protocol.prepare(&target(protocol), &spec(json!({}))).unwrap().session();
    session.open(&mut Turn::default());
    // One that greets first waits for the answer to that.
    if session.room() != Some(0) {
        session.begin(Call { number: 0, ordinal: 0 }, &mut Turn::default());
    }
    session
}

#[test]
fn names_are_sorted_unique_and_found() {
    let names: Vec<_> = PROTOCOLS.iter().map(|protocol| protocol.name()).collect();
    assert!(!names.is_empty());
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    for name in names {
        assert_eq!(by_name(name).unwrap().name(), name);
    }
    let error = by_name("gopher").err().unwrap();
    assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, Some("protocol")));
}

#[test]
fn every_protocol_speaks_a_scheme_and_has_a_default_request() {
    for protocol in PROTOCOLS {
        assert!(!protocol.schemes().is_empty(), "{}", protocol.name());
        let mut session = protocol.prepare(&target(*protocol), &spec(json!({}))).unwrap().session();
        let mut turn = Turn::default();
        session.open(&mut turn);
        if session.room() != Some(0) {
            turn.output.clear();
            session.begin(Call { number: 0, ordinal: 0 }, &mut turn);
        }
        // What is carried by datagrams is said one by one.
        session.more(&mut turn);
        assert!(!turn.output.is_empty(), "{} has nothing to send", protocol.name());
    }
}

#[test]
fn unknown_fields_of_a_request_are_refused_at_their_place() {
    for protocol in PROTOCOLS {
        let refused = protocol.prepare(&target(*protocol), &spec(json!({ "no such field": 1 })));
        let error = refused.err().unwrap_or_else(|| panic!("{} takes anything", protocol.name()));
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.report().place.as_deref().is_some_and(|place| place.starts_with("request")), "{error:?}");
    }
}

/// What comes of these pieces: every answer, or the fault.
fn outcome<'a>(
    mut session: Box<dyn Session>,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<(u32, Sign)>, Fault> {
    let mut turn = Turn::default();
    for piece in pieces {
        session.receive(piece, &mut turn)?;
    }
    session.close(&mut turn);
    Ok(turn.signs)
}

proptest! {
    #[test]
    fn whatever_a_peer_sends_and_however_it_is_cut_nothing_panics(bytes: Vec<u8>, cut in 1_usize..9) {
        for protocol in PROTOCOLS {
            let whole = outcome(waiting_session(*protocol), bytes.chunks(bytes.len().max(1)));
            let pieces = outcome(waiting_session(*protocol), bytes.chunks(cut));
            // An answer that ends before the bytes do leaves the rest to be a fault, or unheard, by where they were cut.
            let answers = |found: &Result<Vec<(u32, Sign)>, Fault>| found.as_ref().map_or(0, Vec::len);
            prop_assert!(whole.is_err() || pieces.is_err() || answers(&whole) == answers(&pieces), "{}", protocol.name());
        }
    }
}
