//! What the tests of whole programs share.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// The folder that holds all crates.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Whether a program complains that servers are not there: then the test says that it was skipped. In CI it goes on, and
/// fails.
pub fn lacks_servers(complaint: &str) -> bool {
    let lacks = complaint.contains("[program_missing]") && std::env::var_os("CI").is_none();
    if lacks {
        let test = thread::current().name().unwrap_or("a test").to_owned();
        // Not by `eprintln!`, which the test harness keeps to itself.
        let mut stderr = std::io::stderr();
        writeln!(stderr, "SKIPPED {test}: {complaint}").unwrap();
    }
    lacks
}

/// A folder of this test's own, removed at its end.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("meshery-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A comparison written there, which must be valid against the published schema.
    pub fn result(&self, path: &str) -> Value {
        self.document(path, "comparison")
    }

    /// A document written there, which must be valid against the published schema of that name.
    pub fn document(&self, path: &str, schema: &str) -> Value {
        let read = |path: &Path| -> Value { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
        let schema = read(&root().join(format!("meshery-core/schema/{schema}.schema.json")));
        let result = read(&self.0.join(path));
        let errors: Vec<_> =
            jsonschema::validator_for(&schema).unwrap().iter_errors(&result).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        result
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The address of a server that answers every request with 200 until the test ends.
pub fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                while connection.read(&mut buffer).is_ok_and(|length| length > 0) {
                    if connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

/// The address of a server that speaks HTTP/1.1 and HTTP/2, by what a client begins with.
pub fn any_http() -> std::net::SocketAddr {
    use hyper_util::rt::{TokioExecutor, TokioIo};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        runtime.block_on(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = |_| async { Ok::<_, std::convert::Infallible>(hyper::Response::new("ok".to_owned())) };
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let service = hyper::service::service_fn(answer);
                tokio::spawn(async move { drop(server.serve_connection(TokioIo::new(stream), service).await) });
            }
        });
    });
    address
}

/// A program whose whole family of processes can be found again, whoever has adopted it: all inherit a mark.
pub struct Marked {
    mark: String,
    child: Child,
}

impl Marked {
    pub fn spawn(command: &mut Command) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let mark = format!("MESHERY_FAMILY={}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let (name, value) = mark.split_once('=').unwrap();
        let child = command.env(name, value).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        Self { mark, child }
    }

    /// Waits for a line on standard error.
    pub fn wait_for_line(&mut self, starts_with: &str) {
        let mut lines = BufReader::new(self.child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut seen = Vec::new();
        let found = lines.by_ref().any(|line| {
            seen.push(line.clone());
            line.starts_with(starts_with)
        });
        assert!(found, "it ended without {starts_with:?}: {seen:?}");
        // Somebody has to go on reading, or the program stops at a full pipe.
        thread::spawn(move || lines.for_each(drop));
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    pub fn end(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Its family: process ids and command lines.
    pub fn family(&self) -> Vec<(u32, String)> {
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let marked = processes.filter(|process| {
            let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == self.mark.as_bytes())
        });
        let described = marked.filter_map(|process| {
            let line = std::fs::read(process.path().join("cmdline")).ok()?;
            let id = process.file_name().to_str()?.parse().ok()?;
            Some((id, String::from_utf8_lossy(&line).replace('\0', " ")))
        });
        described.collect()
    }

    /// Waits for a member of the family with this in its command line, lets it work for a moment, and kills it.
    pub fn kill_member(&self, with: &str) {
        for _ in 0..10_000 {
            if let Some((id, _)) = self.family().into_iter().find(|(_, line)| line.contains(with)) {
                thread::sleep(Duration::from_millis(200));
                // It may have ended by itself meanwhile; then the next one is taken.
                if Command::new("kill").args(["-KILL", &id.to_string()]).status().unwrap().success() {
                    return;
                }
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("nobody with {with:?} in {:?}", self.family());
    }

    /// Waits until nobody of the family is left; the kernel needs a moment to end them after `kill -9`.
    pub fn assert_gone(&self) {
        for _ in 0..1000 {
            if self.family().is_empty() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("still there: {:?}", self.family());
    }
}
