//! Servers with scripted faults, on loopback and on threads of their own.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

pub mod origin;
pub mod servers;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// What a server does with the n-th request of all (from 0), after having read it.
pub type Behave = dyn Fn(u64, &mut TcpStream) -> Next + Send + Sync;

/// Whether the connection goes on.
pub enum Next {
    Go,
    Close,
    /// Close so that the client sees a reset.
    Reset,
}

pub const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

pub struct Server {
    pub address: SocketAddr,
    pub requests: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Server {
    /// A server that answers each request as `behave` says; a thread per connection.
    pub fn start(behave: impl Fn(u64, &mut TcpStream) -> Next + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let behave: Arc<Behave> = Arc::new(behave);
        let (count, stopped) = (Arc::clone(&requests), Arc::clone(&stop));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let (behave, count) = (Arc::clone(&behave), Arc::clone(&count));
                std::thread::spawn(move || serve(stream, &*behave, &count));
            }
        });
        Self { address, requests, stop }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(mut stream: TcpStream, behave: &Behave, count: &AtomicU64) {
    stream.set_nodelay(true).unwrap();
    let mut pending = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        while let Some(end) = find(&pending, b"\r\n\r\n") {
            pending.drain(..end + 4);
            match behave(count.fetch_add(1, Ordering::SeqCst), &mut stream) {
                Next::Go => {}
                Next::Close => return drop(stream.shutdown(Shutdown::Both)),
                Next::Reset => return reset(&stream),
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => pending.extend_from_slice(&buffer[..count]),
        }
    }
}

/// A zero linger makes the close a reset (RFC 9293 section 3.10.7.4 as Linux implements it).
fn reset(stream: &TcpStream) {
    rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO)).unwrap();
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

pub fn answer(stream: &mut TcpStream, bytes: &[u8]) -> Next {
    if stream.write_all(bytes).is_ok() { Next::Go } else { Next::Close }
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
