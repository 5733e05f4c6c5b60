//! wrk: a closed loop and nothing else.

use super::{Client, Said, owned};

pub(crate) const CLIENT: Client = Client {
    name: "wrk",
    program: "wrk",
    how: "apt install wrk",
    arguments: |ask| {
        owned(["-t1", &format!("-c{}", ask.connections), &format!("-d{}s", ask.seconds), "--latency", ask.url])
    },
    read: |output| {
        let line = output.lines().find(|line| line.contains(" requests in "))?;
        let requests = line.split_ascii_whitespace().next()?.parse().ok()?;
        Some(Said { requests, p50: f64::NAN, p99: f64::NAN })
    },
};
