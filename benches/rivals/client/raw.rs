//! The least that a client can do and still measure: one request prepared beforehand, epoll, a head that is looked at only
//! for its length, and every answer timed into one histogram. It knows no fault; the first one ends it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};

use super::{Client, histogram, plain, read_plain, tell, told};
use crate::Result;

pub(super) const NAME: &str = "raw";

pub(crate) const CLIENT: Client =
    Client { name: "raw epoll loop", program: "", how: "", arguments: |ask| plain(NAME, ask), read: told };

pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Connection {
    pub(super) fn open(authority: &str) -> Result<Self> {
        let stream = TcpStream::connect(authority)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024], filled: 0 })
    }

    pub(super) fn send(&mut self, request: &[u8]) -> Result {
        self.filled = 0;
        let written = self.stream.write(request)?;
        if written == request.len() { Ok(()) } else { Err("the socket takes no whole request".into()) }
    }

    /// Whether the answer is here.
    pub(super) fn receive(&mut self) -> Result<bool> {
        match self.stream.read(&mut self.buffer[self.filled..]) {
            Ok(0) => return Err("the server closed a connection".into()),
            Ok(length) => self.filled += length,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let seen = &self.buffer[..self.filled];
        let Some(head) = find(seen, b"\r\n\r\n") else { return Ok(false) };
        if !seen.starts_with(b"HTTP/1.1 200") {
            return Err("a status other than 200".into());
        }
        let at = find(&seen[..head], b"Content-Length: ").ok_or("no length")? + b"Content-Length: ".len();
        let digits = seen[at..head].iter().take_while(|byte| byte.is_ascii_digit());
        let length = digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'));
        Ok(seen.len() >= head + 4 + length)
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

pub(super) fn request(authority: &str) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nhost: {authority}\r\n\r\n").into_bytes()
}

pub(super) fn play(arguments: &[String]) -> Result {
    let asked = read_plain(arguments)?;
    let request = request(&asked.authority);
    let poll = epoll::create(CreateFlags::CLOEXEC)?;
    let mut connections = Vec::new();
    for index in 0..asked.connections {
        let connection = Connection::open(&asked.authority)?;
        epoll::add(&poll, &connection, EventData::new_u64(index as u64), EventFlags::IN)?;
        connections.push((connection, Instant::now()));
    }
    let mut times = histogram()?;
    let end = Instant::now() + Duration::from_secs(asked.seconds);
    for (connection, sent) in &mut connections {
        *sent = Instant::now();
        connection.send(&request)?;
    }
    let mut events = Vec::with_capacity(asked.connections);
    loop {
        events.clear();
        epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), None)?;
        for event in &events {
            let (connection, sent) = &mut connections[event.data.u64() as usize];
            if connection.receive()? {
                let now = Instant::now();
                times.saturating_record((now - *sent).as_nanos() as u64);
                if now >= end {
                    tell(&times);
                    return Ok(());
                }
                *sent = now;
                connection.send(&request)?;
            }
        }
    }
}
