use super::super::Answer;
use super::*;
use meshery_core::Fate;
use proptest::prelude::*;

/// The end of a conversation: the answer, and whether it came before the peer closed; and whether the connection could
/// have gone on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Heard {
    answer: Answer,
    early: bool,
    reusable: bool,
}

/// Asks, feeds the pieces until there is an answer, and closes.
fn run(method: &str, pieces: &[&[u8]]) -> Result<Option<Heard>, Fault> {
    let target = Target::parse("http://a/", Http1.schemes()).unwrap();
    let spec = LoadSpec { request: serde_json::json!({ "method": method }), ..LoadSpec::new("http://a/") };
    let mut session = Http1.prepare(&target, &spec).unwrap().session();
    let mut turn = Turn::default();
    session.begin(Call { number: 7, ordinal: 0 }, &mut turn);
    let ended = |turn: &Turn| match turn.signs.last() {
        Some((7, Sign::Ended(answer))) => Some(*answer),
        _ => None,
    };
    for piece in pieces {
        session.receive(piece, &mut turn)?;
        if let Some(answer) = ended(&turn) {
            return Ok(Some(Heard { answer, early: true, reusable: session.room() == Some(1) }));
        }
    }
    session.close(&mut turn);
    Ok(ended(&turn).map(|answer| Heard { answer, early: false, reusable: session.room().is_some() }))
}

fn answer(status: u16) -> Answer {
    Answer { status: Some(status), fate: if status < 400 { Fate::Ok } else { Fate::Status } }
}

/// Bytes, and what an answer of them is: status, reusable, complete before the close.
const ANSWERS: &[(&str, &str, (u16, bool, bool))] = &[
    ("GET", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", (200, true, true)),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", (200, true, true)),
    ("GET", "HTTP/1.1 503 Sad\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", (503, false, true)),
    ("GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", (200, false, true)),
    ("GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", (200, true, true)),
    ("GET", "HTTP/1.1 200 OK\r\n\r\nuntil the end", (200, false, false)),
    ("GET", "HTTP/1.1 204 No Content\r\n\r\n", (204, true, true)),
    ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", (304, true, true)),
    ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", (200, true, true)),
    ("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 204 N\r\n\r\n", (204, true, true)),
    ("GET", "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\n\r\n", (101, true, true)),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", (200, true, true)),
    (
        "GET",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\nA;x=y\r\n0123456789\r\n000\r\nT: v\r\n\r\n",
        (200, true, true),
    ),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nxx", (200, false, false)),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", (200, false, true)),
];

#[test]
fn answers_are_framed_as_the_rfc_says_whole_and_split_at_every_byte() {
    for (method, bytes, (status, reusable, early)) in ANSWERS {
        let expected = answer(*status);
        let bytes = bytes.as_bytes();
        for cut in 0..=bytes.len() {
            let (a, b) = bytes.split_at(cut);
            let found = run(method, &[a, b]).unwrap().unwrap();
            assert_eq!((found.answer, found.early), (expected, *early), "{bytes:?} at {cut}");
            // Surplus bytes that have not arrived yet cannot spoil the connection yet.
            assert!(found.reusable == *reusable || (cut > 0 && bytes.ends_with(b"200 OK\r\n")), "{bytes:?} at {cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(run(method, &single).unwrap().unwrap().answer, expected);
    }
}

#[test]
fn what_breaks_the_protocol_is_a_fault() {
    for bytes in [
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    ] {
        assert!(run("GET", &[bytes.as_bytes()]).is_err(), "{bytes:?}");
    }
    let endless = "x".repeat(MAX_HEAD + 1);
    assert!(run("GET", &[b"HTTP/1.1 200 OK\r\nA: ", endless.as_bytes()]).is_err());
}

#[test]
fn a_cut_answer_is_no_answer() {
    for bytes in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
    ] {
        assert_eq!(run("GET", &[bytes.as_bytes()]).unwrap(), None, "{bytes:?}");
    }
}

/// All that a request says.
fn said(request: serde_json::Value, ordinal: u64) -> String {
    let target = Target::parse("http://a/", Http1.schemes()).unwrap();
    let spec = LoadSpec { request, seed: Some(1), ..LoadSpec::new("") };
    let mut session = Http1.prepare(&target, &spec).unwrap().session();
    let (mut turn, mut said) = (Turn::default(), Vec::new());
    session.begin(Call { number: 0, ordinal }, &mut turn);
    while !turn.output.is_empty() {
        said.append(&mut turn.output);
        session.more(&mut turn);
    }
    String::from_utf8(said).unwrap()
}

#[test]
fn requests_are_said_as_the_rfc_says() {
    for (request, expected) in [
        (serde_json::json!({}), "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
        (
            serde_json::json!({ "headers": [["X-Id", "{{counter}}"], ["Host", "b"]], "path": "/{{counter}}" }),
            "GET /41 HTTP/1.1\r\nhost: b\r\nx-id: 41\r\n\r\n",
        ),
        (
            serde_json::json!({ "method": "POST", "body": "n={{counter}}" }),
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nn=41",
        ),
        (serde_json::json!({ "method": "PUT" }), "PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n"),
        (
            serde_json::json!({ "method": "POST", "body": "hello", "stream": true }),
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ),
    ] {
        assert_eq!(said(request.clone(), 41), expected, "{request}");
    }
}

#[test]
fn a_large_body_is_said_in_pieces_and_whole() {
    let text = said(serde_json::json!({ "method": "POST", "body": { "size": 200_000 } }), 0);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.ends_with("content-length: 200000") && body.len() == 200_000);
    let text = said(serde_json::json!({ "method": "POST", "body": { "size": 100_000 }, "stream": true }), 0);
    let (_, chunks) = text.split_once("\r\n\r\n").unwrap();
    let mut decoded = 0;
    let rest = Body::chunked().feed(chunks.as_bytes(), |part| decoded += part.len()).unwrap();
    assert_eq!((rest, decoded), (Some(b"".as_slice()), 100_000));
}

proptest! {
    #[test]
    fn any_bytes_end_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in 0usize..300) {
        let (a, b) = bytes.split_at(cut.min(bytes.len()));
        let _ = run("GET", &[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", a, b]);
        let _ = run("GET", &[a, b]);
    }

    /// Where the bytes are cut must not matter: the same end, whole or in pieces.
    #[test]
    fn pieces_and_whole_agree(index in 0..ANSWERS.len(), flip in 0usize..120, byte in any::<u8>(), cuts in prop::collection::vec(0usize..160, 0..4)) {
        let (method, bytes, _) = ANSWERS[index];
        let mut bytes = bytes.as_bytes().to_vec();
        let at = flip % bytes.len();
        bytes[at] = byte;
        let whole = run(method, &[&bytes]);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let status = |end: &Result<Option<Heard>, Fault>| end.as_ref().ok().map(|end| end.map(|heard| heard.answer));
        let split = run(method, &pieces);
        // Bytes after a complete answer are seen only when they come with it.
        if status(&whole) != status(&split) {
            prop_assert!(whole.is_err() && matches!(split, Ok(Some(_))), "{:?} / {:?}", whole, split);
        }
    }
}
