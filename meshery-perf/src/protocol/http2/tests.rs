use meshery_core::{Fate, LoadSpec};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Call, Fault, Sign, Turn};
use super::*;

fn session(request: Value, streams: u32) -> Box<dyn Session> {
    let target = Target::parse("http://a/", Http2.schemes()).unwrap();
    let spec = LoadSpec { request, streams, ..LoadSpec::new("") };
    Http2.prepare(&target, &spec).unwrap().session()
}

/// A session that has said its preface and begun so many requests; what it said is forgotten.
fn begun(request: Value, count: u32) -> (Box<dyn Session>, Turn) {
    let (mut session, mut turn) = (session(request, count), Turn::default());
    session.open(&mut turn);
    for number in 0..count {
        session.begin(Call { number, ordinal: u64::from(number) }, &mut turn);
    }
    turn.output.clear();
    (session, turn)
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    frame::header(payload.len(), kind, flags, stream, &mut out);
    out.extend_from_slice(payload);
    out
}

const OK: &[u8] = &[0x88];

/// Frames of one answer: a head with a status from the static table, and a body.
fn answer(stream: u32, body: &[u8]) -> Vec<u8> {
    [frame(frame::HEADERS, frame::END_HEADERS, stream, OK), frame(frame::DATA, frame::END_STREAM, stream, body)]
        .concat()
}

fn ended(number: u32, status: u16) -> (u32, Sign) {
    let fate = if status < 400 { Fate::Ok } else { Fate::Status };
    (number, Sign::Ended(Answer { status: Some(status), fate }))
}

#[test]
fn a_connection_begins_with_the_preface_and_requests_follow() {
    let (mut session, mut turn) = (session(json!({}), 2), Turn::default());
    session.open(&mut turn);
    assert!(turn.output.starts_with(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    turn.output.clear();
    assert_eq!(session.room(), Some(2));
    session.begin(Call { number: 0, ordinal: 0 }, &mut turn);
    // GET, http, /, and the authority: all but the last from the static table.
    let expected = frame(frame::HEADERS, 5, 1, &[0x82, 0x86, 0x84, 0x01, 0x01, b'a']);
    assert_eq!(turn.output, expected);
    assert_eq!(session.room(), Some(1));
}

#[test]
fn messages_take_turns_where_that_is_asked_for() {
    let grpc = super::super::by_name("grpc").unwrap();
    let target = Target::parse("grpc://a:1/b.C/D", grpc.schemes()).unwrap();
    let request = json!({ "messages": ["one", "two"], "in_turns": true });
    let mut session = grpc.prepare(&target, &LoadSpec { request, ..LoadSpec::new("") }).unwrap().session();
    let mut turn = Turn::default();
    session.open(&mut turn);
    session.begin(Call { number: 0, ordinal: 0 }, &mut turn);
    assert!(turn.output.ends_with(&frame(frame::DATA, 0, 1, b"\0\0\0\0\x03one")));
    turn.output.clear();
    session.more(&mut turn);
    assert!(turn.output.is_empty(), "the first has not been answered");
    let head = frame(frame::HEADERS, frame::END_HEADERS, 1, OK);
    session.receive(&[head, frame(frame::DATA, 0, 1, b"\0\0\0\0\x01")].concat(), &mut turn).unwrap();
    session.more(&mut turn);
    assert!(turn.output.is_empty(), "nor wholly");
    session.receive(&frame(frame::DATA, 0, 1, b"x"), &mut turn).unwrap();
    session.more(&mut turn);
    assert_eq!(turn.output, frame(frame::DATA, frame::END_STREAM, 1, b"\0\0\0\0\x03two"));
}

#[test]
fn answers_come_in_any_order_and_cut_anywhere() {
    let bytes = [
        frame(frame::SETTINGS, 0, 0, &[]),
        answer(5, b"hello"),
        frame(frame::HEADERS, frame::END_HEADERS, 1, &[0x08, 0x03, b'1', b'0', b'3']),
        frame(frame::HEADERS, 0, 1, &[0x8d]),
        frame(frame::CONTINUATION, frame::END_HEADERS, 1, &[0x0f, 0x0d, 0x01, b'2']),
        frame(frame::DATA, 8, 1, &[3, b'o', b'k', 0, 0, 0]),
        frame(frame::HEADERS, 5, 1, &[0x00, 0x01, b't', 0x01, b'v']),
        frame(frame::HEADERS, 5, 3, &[0x08, 0x82, 0x64, 0x02]),
    ]
    .concat();
    for size in [1, 2, 7, bytes.len()] {
        let (mut session, mut turn) = begun(json!({}), 3);
        for piece in bytes.chunks(size) {
            session.receive(piece, &mut turn).unwrap();
        }
        let ends: Vec<_> = turn.signs.iter().filter(|(_, sign)| *sign != Sign::Begun).copied().collect();
        assert_eq!(ends, [ended(2, 200), ended(0, 404), ended(1, 302)], "pieces of {size}");
        assert_eq!((session.room(), turn.signs.len()), (Some(3), 6));
        assert_eq!(turn.output, frame(frame::SETTINGS, frame::ACK, 0, &[]));
    }
}

#[test]
fn a_stream_fails_alone_and_a_goodbye_fails_what_was_not_seen() {
    let (mut session, mut turn) = begun(json!({}), 3);
    session.receive(&frame(frame::RST_STREAM, 0, 3, &[0, 0, 0, 8]), &mut turn).unwrap();
    assert_eq!(turn.signs, [(1, Sign::Failed(Fate::Reset))]);
    session.receive(&frame(frame::GOAWAY, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0]), &mut turn).unwrap();
    assert_eq!(turn.signs[1..], [(2, Sign::Failed(Fate::Reset))]);
    assert_eq!(session.room(), None);
    session.receive(&answer(1, b""), &mut turn).unwrap();
    assert_eq!(turn.signs.last(), Some(&ended(0, 200)));
}

#[test]
fn a_request_is_given_up_without_its_connection() {
    let (mut session, mut turn) = begun(json!({}), 1);
    assert!(session.abandon(0, &mut turn));
    assert_eq!(turn.output, frame(frame::RST_STREAM, 0, 1, &[0, 0, 0, 8]));
    // Its answer may still be on its way.
    session.receive(&answer(1, b"late"), &mut turn).unwrap();
    assert!(turn.signs.is_empty());
    assert_eq!(session.room(), Some(1));
}

#[test]
fn a_body_waits_for_its_windows() {
    let (mut session, mut turn) =
        (session(json!({ "method": "POST", "body": { "size": 200_000 } }), 1), Turn::default());
    session.open(&mut turn);
    session.receive(&frame(frame::SETTINGS, 0, 0, &[0, 4, 0, 0, 0x40, 0]), &mut turn).unwrap();
    turn.output.clear();
    session.begin(Call { number: 0, ordinal: 0 }, &mut turn);
    let sent = |turn: &mut Turn| {
        let (mut rest, mut sent, mut ends) = (turn.output.as_slice(), 0, false);
        while let Some((frame, after)) = frame::Frame::parse(rest).unwrap() {
            if frame.kind == frame::DATA {
                sent += frame.payload.len();
                ends |= frame.has(frame::END_STREAM);
            }
            rest = after;
        }
        turn.output.clear();
        (sent, ends)
    };
    assert_eq!(sent(&mut turn), (16_384, false), "the stream's window");
    session.receive(&frame(frame::WINDOW_UPDATE, 0, 1, &[0, 16, 0, 0]), &mut turn).unwrap();
    session.more(&mut turn);
    assert_eq!(sent(&mut turn), (65_535 - 16_384, false), "the connection's window");
    session.receive(&frame(frame::WINDOW_UPDATE, 0, 0, &[0, 16, 0, 0]), &mut turn).unwrap();
    let mut total = 0;
    for _ in 0..5 {
        session.more(&mut turn);
        let (count, ends) = sent(&mut turn);
        total += count;
        assert_eq!(ends, count > 0 && total == 200_000 - 65_535);
    }
    assert_eq!(total, 200_000 - 65_535);
}

#[test]
fn what_breaks_the_protocol_is_a_fault() {
    let too_large = [&[0, 0x40, 1, 0, 0, 0, 0, 0, 0][..]].concat();
    for (name, bytes) in [
        ("a frame that is too large", too_large),
        ("a body before its head", frame(frame::DATA, 0, 1, b"x")),
        ("a stream that nobody began", answer(3, b"")),
        ("a stream of the server", answer(2, b"")),
        ("no status", frame(frame::HEADERS, 5, 1, &[])),
        ("a header in no table", frame(frame::HEADERS, 5, 1, &[0xbe])),
        ("more padding than frame", frame(frame::HEADERS, 13, 1, &[9, 0x88])),
        ("an interrupted block", [frame(frame::HEADERS, 1, 1, OK), frame(frame::PING, 0, 0, &[0; 8])].concat()),
        ("a push", frame(frame::PUSH_PROMISE, 4, 1, &[0, 0, 0, 2])),
        ("no window", frame(frame::WINDOW_UPDATE, 0, 0, &[0; 4])),
        ("too large a window", frame(frame::WINDOW_UPDATE, 0, 0, &[0x7f, 0xff, 0xff, 0xff])),
        ("settings cut", frame(frame::SETTINGS, 0, 0, &[0; 5])),
        ("HTTP/1.1", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
    ] {
        let (mut session, mut turn) = begun(json!({}), 1);
        assert!(session.receive(&bytes, &mut turn).is_err(), "{name}");
    }
}

#[test]
fn a_body_of_another_length_than_it_said_breaks_its_own_answer_only() {
    let (mut session, mut turn) = begun(json!({}), 1);
    let head = frame(frame::HEADERS, frame::END_HEADERS, 1, &[0x88, 0x0f, 0x0d, 0x01, b'3']);
    session.receive(&[head, frame(frame::DATA, frame::END_STREAM, 1, b"ok")].concat(), &mut turn).unwrap();
    assert_eq!(turn.signs.last(), Some(&(0, Sign::Failed(Fate::Protocol))));
    assert_eq!(session.room(), Some(1));
}

proptest! {
    #[test]
    fn pieces_and_whole_agree(flips in prop::collection::vec((0_usize..80, any::<u8>()), 0..3), size in 1_usize..40) {
        let mut bytes = [answer(1, b"hello"), frame(frame::PING, 0, 0, &[0; 8]), answer(3, b"")].concat();
        for (at, byte) in flips {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let run = |size: usize| -> (Vec<(u32, Sign)>, Result<(), Fault>) {
            let (mut session, mut turn) = begun(json!({}), 2);
            let heard = bytes.chunks(size).try_for_each(|piece| session.receive(piece, &mut turn));
            (turn.signs, heard)
        };
        let (whole, pieces) = (run(bytes.len()), run(size));
        prop_assert_eq!(whole.1.is_err(), pieces.1.is_err());
        prop_assert_eq!(whole.0, pieces.0);
    }
}
