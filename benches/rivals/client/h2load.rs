//! h2load: a closed loop over the streams of one connection.

use super::{Client, Said, owned};

pub(crate) const CLIENT: Client = Client {
    name: "h2load",
    program: "h2load",
    how: "apt install nghttp2-client",
    arguments: |ask| owned(["-t1", "-c1", "-m", &ask.connections.to_string(), "-D", &ask.seconds.to_string(), ask.url]),
    read: |output| {
        let line = output.lines().find_map(|line| line.strip_prefix("status codes: "))?;
        let requests = line.split_ascii_whitespace().next()?.parse().ok()?;
        Some(Said { requests, p50: f64::NAN, p99: f64::NAN })
    },
};
