//! The opening handshake (RFC 6455 section 4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1::{Digest, Sha1};

use crate::content::Draw;
use crate::protocol::Fault;
use crate::target::Target;

/// What every server adds to the key.
const MAGIC: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 128;

pub(super) struct Greeting {
    key: String,
    head: Vec<u8>,
}

impl Greeting {
    pub(super) fn new(draw: Draw) -> Self {
        let mut rng = draw.generator(u64::from(u16::MAX));
        let nonce = [rng.next().to_be_bytes(), rng.next().to_be_bytes()].concat();
        Self { key: BASE64.encode(nonce), head: Vec::new() }
    }

    pub(super) fn say(&self, target: &Target, out: &mut Vec<u8>) {
        let (path, host, key) = (&target.path, &target.authority, &self.key);
        let text = format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
             sec-websocket-key: {key}\r\nsec-websocket-version: 13\r\n\r\n"
        );
        out.extend_from_slice(text.as_bytes());
    }

    /// Takes the answer; what follows it, when it is whole.
    pub(super) fn heard(&mut self, input: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.head.extend_from_slice(input);
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut answer = httparse::Response::new(&mut headers);
        let end = match answer.parse(&self.head) {
            Ok(httparse::Status::Complete(end)) => end,
            Ok(httparse::Status::Partial) if self.head.len() <= MAX_HEAD => return Ok(None),
            _ => return Err(Fault::protocol("not an answer to a WebSocket handshake")),
        };
        let status = answer.code.unwrap_or(0);
        if status != 101 {
            return Err(Fault::protocol(format!("the WebSocket handshake was answered with status {status}")));
        }
        let has = |name: &str, value: &str| {
            let is = |header: &&httparse::Header<'_>| header.name.eq_ignore_ascii_case(name);
            let all = answer.headers.iter().filter(is).flat_map(|header| header.value.split(|byte| *byte == b','));
            all.map(<[u8]>::trim_ascii).any(|token| token.eq_ignore_ascii_case(value.as_bytes()))
        };
        let accept = BASE64.encode(Sha1::digest(format!("{}{MAGIC}", self.key)));
        let accepted = answer.headers.iter().any(|header| {
            // Base64 has an upper and a lower case.
            header.name.eq_ignore_ascii_case("sec-websocket-accept") && header.value == accept.as_bytes()
        });
        if !(has("upgrade", "websocket") && has("connection", "upgrade") && accepted) {
            return Err(Fault::protocol("the peer does not speak WebSocket"));
        }
        Ok(Some(self.head.split_off(end)))
    }
}
