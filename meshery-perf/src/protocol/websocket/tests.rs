use base64::Engine as _;
use meshery_core::Fate;
use proptest::prelude::*;
use serde_json::json;
use sha1::{Digest, Sha1};

use super::super::Answer;
use super::*;

/// A session that has greeted a server which accepts, and begun so many requests.
fn greeted(request: Value, count: u32) -> (Box<dyn Session>, Turn) {
    let target = Target::parse("ws://a/chat", WebSocket.schemes()).unwrap();
    let spec = LoadSpec { request, streams: count, ..LoadSpec::new("") };
    let mut session = WebSocket.prepare(&target, &spec).unwrap().session();
    let mut turn = Turn::default();
    session.open(&mut turn);
    assert_eq!(session.room(), Some(0), "no request before the greeting is over");
    let said = String::from_utf8(std::mem::take(&mut turn.output)).unwrap();
    let key = said.lines().find_map(|line| line.strip_prefix("sec-websocket-key: ")).unwrap();
    let digest = Sha1::digest(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    let accept = base64::engine::general_purpose::STANDARD.encode(digest);
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    for byte in answer.as_bytes().chunks(1) {
        session.receive(byte, &mut turn).unwrap();
    }
    (0..count).for_each(|number| session.begin(Call { number, ordinal: 0 }, &mut turn));
    (session, turn)
}

const OK: Sign = Sign::Ended(Answer { status: None, fate: Fate::Ok });

#[test]
fn messages_are_masked_and_read_back() {
    let (_, turn) = greeted(json!({ "message": "hello" }), 1);
    let [0x81, 0x85, a, b, c, d, payload @ ..] = turn.output.as_slice() else { panic!("{:?}", turn.output) };
    let plain: Vec<u8> = payload.iter().zip([a, b, c, d].into_iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    assert_eq!(plain, b"hello");
    for (size, header) in [(126, 8), (70_000, 14)] {
        let (_, turn) = greeted(json!({ "message": { "size": size } }), 1);
        assert_eq!(turn.output.len(), size + header);
    }
}

#[test]
fn answers_come_in_fragments_with_pings_between_and_cut_anywhere() {
    let bytes =
        [&b"\x01\x02he"[..], b"\x89\x01!", b"\x00\x01l", b"\x80\x02lo", b"\x82\x7e\x00\x03abc", b"\x81\x00"].concat();
    for size in 1..=bytes.len() {
        let (mut session, mut turn) = greeted(json!({}), 3);
        turn.output.clear();
        bytes.chunks(size).for_each(|part| session.receive(part, &mut turn).unwrap());
        assert_eq!(turn.signs, [(0, Sign::Begun), (0, OK), (1, Sign::Begun), (1, OK), (2, Sign::Begun), (2, OK)]);
        assert_eq!((turn.output[0], turn.output.len()), (0x8a, 7), "a masked pong");
    }
}

#[test]
fn a_close_is_answered_and_ends_the_connection() {
    let (mut session, mut turn) = greeted(json!({}), 1);
    turn.output.clear();
    session.receive(b"\x88\x02\x03\xe8", &mut turn).unwrap();
    assert_eq!((turn.output[0], session.room()), (0x88, None));
}

#[test]
fn what_breaks_the_protocol_is_a_fault() {
    for (name, bytes) in [
        ("masked", &b"\x81\x81\0\0\0\0x"[..]),
        ("reserved bits", b"\xc1\x01x"),
        ("an unknown kind", b"\x83\x00"),
        ("a ping in fragments", b"\x09\x00"),
        ("a ping that is too long", b"\x89\x7e\x00\x7e"),
        ("a continuation of nothing", b"\x80\x01x"),
        ("a message in a message", b"\x01\x01x\x81\x01y"),
        ("text that is not UTF-8", b"\x81\x02\xc3\x28"),
        ("text that ends in a character", b"\x81\x01\xc3"),
        ("nobody asked", b"\x81\x01x\x81\x01y"),
    ] {
        let (mut session, mut turn) = greeted(json!({}), 1);
        assert!(session.receive(bytes, &mut turn).is_err(), "{name}");
    }
}

#[test]
fn a_greeting_that_is_refused_names_the_status() {
    let target = Target::parse("ws://a/", WebSocket.schemes()).unwrap();
    for (answer, message) in [
        ("HTTP/1.1 404 Not Found\r\n\r\n", "status 404"),
        (
            "HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\n",
            "does not speak",
        ),
        ("SSH-2.0\r\n", "not an answer"),
    ] {
        let mut session = WebSocket.prepare(&target, &LoadSpec::new("")).unwrap().session();
        let fault = session.receive(answer.as_bytes(), &mut Turn::default()).unwrap_err();
        assert!(fault.to_string().contains(message), "{fault}");
    }
}

proptest! {
    #[test]
    fn pieces_and_whole_agree(bytes in prop::collection::vec(any::<u8>(), 0..60), size in 1_usize..9) {
        let run = |size: usize| {
            let (mut session, mut turn) = greeted(json!({}), 2);
            let heard = bytes.chunks(size).try_for_each(|part| session.receive(part, &mut turn));
            (turn.signs, heard.is_err())
        };
        prop_assert_eq!(run(bytes.len().max(1)), run(size));
    }
}
