//! A server in this process that keeps to a script: a thread per connection, which sleeps more precisely than any timer
//! wheel and holds nobody else up.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use meshery_core::Result;

use super::Script;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
/// A thread per connection needs little.
const STACK: usize = 64 * 1024;

/// A scripted server on a free port of the loopback, until it is dropped.
///
/// ```
/// use meshery_perf::selftest::{Script, Server};
///
/// let server = Server::start(Script::Freeze).unwrap();
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// ```
pub struct Server {
    address: SocketAddr,
    script: Arc<State>,
}

struct State {
    script: Script,
    /// When the first request came: the script begins with it.
    epoch: OnceLock<Instant>,
    number: AtomicU64,
    stop: AtomicBool,
}

impl Server {
    /// Starts it.
    ///
    /// # Errors
    /// [`Io`](meshery_core::ErrorKind::Io) when there is no port or no thread.
    pub fn start(script: Script) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (number, stop) = (AtomicU64::new(0), AtomicBool::new(false));
        let state = Arc::new(State { script, epoch: OnceLock::new(), number, stop });
        let shared = Arc::clone(&state);
        thread().spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.stop.load(Ordering::Relaxed) {
                    return;
                }
                let state = Arc::clone(&shared);
                // A connection that gets no thread is closed, which its peer sees.
                let _ = thread().spawn(move || serve(&state, stream));
            }
        })?;
        Ok(Self { address, script: state })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.script.stop.store(true, Ordering::Relaxed);
        // Wakes the listening thread; that it is gone already is what this is for.
        let _ = TcpStream::connect(self.address);
    }
}

fn thread() -> std::thread::Builder {
    std::thread::Builder::new().name("meshery-selftest".into()).stack_size(STACK)
}

/// Answers requests without a body, one after the other, until the peer goes.
fn serve(state: &State, mut stream: TcpStream) {
    let mut buffer = [0; 4096];
    let mut held = 0;
    // A connection without TCP_NODELAY only answers later, and the selftest would say so.
    let _ = stream.set_nodelay(true);
    while let Ok(count @ 1..) = stream.read(&mut buffer[held..]) {
        held += count;
        if !buffer[..held].ends_with(b"\r\n\r\n") {
            if held == buffer.len() {
                return;
            }
            continue;
        }
        held = 0;
        wait(state);
        if stream.write_all(ANSWER).is_err() {
            return;
        }
    }
}

fn wait(state: &State) {
    let now = Instant::now();
    let epoch = *state.epoch.get_or_init(|| now);
    let began = now.saturating_duration_since(epoch).as_nanos() as u64;
    let answered = state.script.answered(began, state.number.fetch_add(1, Ordering::Relaxed));
    if let Some(left) = Duration::from_nanos(answered).checked_sub(epoch.elapsed()).filter(|left| !left.is_zero()) {
        std::thread::sleep(left);
    }
}
