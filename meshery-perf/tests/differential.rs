//! Our HTTP/1.1 codec against hyper's, on the same bytes: where both find an answer it is the same, and where only one does
//! the reason is known.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use meshery_core::response_check::Text;
use meshery_core::{Fate, LoadSpec, ResponseCheck};
use meshery_perf::protocol::{Call, Sign, Turn, by_name};
use meshery_perf::target::Target;
use proptest::prelude::*;
use tokio::io::AsyncWriteExt;

/// What became of an answer.
#[derive(Clone, Debug, PartialEq)]
enum Heard {
    Answer(u16, Vec<u8>),
    /// The connection ended, or would have to, before the answer did.
    Nothing,
    Fault,
}

/// What hyper makes of these bytes, with the end of the connection after them.
fn hyper_hears(method: &str, bytes: &[u8]) -> Heard {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (client, mut server) = tokio::io::duplex(1 << 20);
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(client)).await.unwrap();
        let running = tokio::spawn(connection);
        let request = hyper::Request::builder().method(method).uri("/").header("host", "a");
        let answered = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap());
        let bytes = bytes.to_vec();
        let said = tokio::spawn(async move {
            // After the request, as a server would.
            let mut buffer = [0; 1024];
            let _ = tokio::io::AsyncReadExt::read(&mut server, &mut buffer).await;
            let _ = server.write_all(&bytes).await;
        });
        let heard = match answered.await {
            Err(error) if error.is_incomplete_message() => Heard::Nothing,
            Err(_) => Heard::Fault,
            Ok(answer) => {
                let status = answer.status().as_u16();
                match answer.into_body().collect().await {
                    Ok(body) => Heard::Answer(status, body.to_bytes().to_vec()),
                    Err(error) if error.is_incomplete_message() || error.is_body_write_aborted() => Heard::Nothing,
                    Err(_) => Heard::Fault,
                }
            }
        };
        said.await.unwrap();
        running.abort();
        heard
    })
}

/// What we make of them, cut at these places; the body is compared with an expected one, because we do not keep it.
fn we_hear(method: &str, bytes: &[u8], cuts: &[usize], body: &[u8]) -> Heard {
    let protocol = by_name("http1").unwrap();
    let target = Target::parse("http://a/", protocol.schemes()).unwrap();
    let spec = LoadSpec {
        request: serde_json::json!({ "method": method }),
        checks: vec![
            ResponseCheck::Status((100..1000).collect()),
            ResponseCheck::Body(Text::Equals(String::from_utf8_lossy(body).into())),
        ],
        ..LoadSpec::new("")
    };
    let mut session = protocol.prepare(&target, &spec).unwrap().session();
    let mut turn = Turn::default();
    session.begin(Call { number: 0, ordinal: 0 }, &mut turn);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).chain([0, bytes.len()]).collect();
    cuts.sort_unstable();
    let answer = |turn: &Turn| match turn.signs.last() {
        Some((0, Sign::Ended(answer))) => Some(*answer),
        _ => None,
    };
    for pair in cuts.windows(2) {
        if session.receive(&bytes[pair[0]..pair[1]], &mut turn).is_err() {
            return Heard::Fault;
        }
        if answer(&turn).is_some() {
            break;
        }
    }
    if answer(&turn).is_none() {
        session.close(&mut turn);
    }
    match answer(&turn) {
        Some(answer) if answer.fate == Fate::Ok => Heard::Answer(answer.status.unwrap(), body.to_vec()),
        Some(answer) => Heard::Answer(answer.status.unwrap(), format!("not {body:?}").into_bytes()),
        None => Heard::Nothing,
    }
}

/// Answers as servers say them, and as they should not.
fn answers() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let method = prop::sample::select(vec!["GET", "GET", "GET", "HEAD", "POST"]);
    let interim =
        prop::sample::select(vec!["", "", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Hints\r\nlink: </a>\r\n\r\n"]);
    let line = prop::sample::select(vec![
        "HTTP/1.1 200 OK",
        "HTTP/1.1 200",
        "HTTP/1.0 200 OK",
        "HTTP/1.1 204 No Content",
        "HTTP/1.1 304 Not Modified",
        "HTTP/1.1 404 Not Found",
        "HTTP/1.1 503 ",
        "HTTP/1.1 20 OK",
        "HTTP/2 200 OK",
        "HTTP/1.1  200 OK",
    ]);
    let header = prop::sample::select(vec![
        "content-length: 5",
        "Content-Length:5",
        "content-length: 5, 5",
        "content-length: 6",
        "content-length: -1",
        "content-length: 5 ",
        "content-length: ",
        "transfer-encoding: chunked",
        "Transfer-Encoding:  Chunked ",
        "transfer-encoding: gzip, chunked",
        "transfer-encoding: gzip",
        "connection: close",
        "connection: keep-alive",
        "server: test",
        "x-empty:",
        "x y: z",
        "x: a\tb",
        "x: \u{e9}",
    ]);
    let headers = prop::collection::vec(header, 0..4).prop_map(|all| all.join("\r\n"));
    let body = prop::sample::select(vec![
        "",
        "hello",
        "hello!",
        "hell",
        "5\r\nhello\r\n0\r\n\r\n",
        "5;a=b\r\nhello\r\n0\r\nt: v\r\n\r\n",
        "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\n",
        "5\r\nhellooo\r\n0\r\n\r\n",
        "G\r\nhello\r\n0\r\n\r\n",
        "0005\r\nhello\r\n00\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
    ]);
    (method, interim, line, headers, body).prop_map(|(method, interim, line, headers, body)| {
        let headers = if headers.is_empty() { headers } else { headers + "\r\n" };
        (method, format!("{interim}{line}\r\n{headers}\r\n{body}").into_bytes())
    })
}

/// Where hyper and we may differ, and why.
fn is_known(bytes: &[u8], hyper: &Heard, ours: &Heard) -> Option<&'static str> {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let has = |name: &str| text.contains(name);
    match (hyper, ours) {
        _ if has("transfer-encoding") && has("content-length") => {
            Some("both framings are an attack to us (RFC 9112 section 6.3), hyper takes the transfer coding")
        }
        _ if has("http/1.0") && has("transfer-encoding") => Some("a transfer coding in HTTP/1.0 is faulty framing"),
        (Heard::Nothing, Heard::Fault) | (Heard::Fault, Heard::Nothing) => Some("both refuse, one earlier"),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    #[test]
    fn we_hear_what_hyper_hears((method, bytes) in answers(), cuts in prop::collection::vec(any::<usize>(), 0..6)) {
        let hyper = hyper_hears(method, &bytes);
        let body = if let Heard::Answer(_, body) = &hyper { body.clone() } else { Vec::new() };
        let ours = we_hear(method, &bytes, &cuts, &body);
        prop_assert!(
            hyper == ours || is_known(&bytes, &hyper, &ours).is_some(),
            "{method} {:?}: hyper {hyper:?}, we {ours:?}", String::from_utf8_lossy(&bytes)
        );
    }
}
