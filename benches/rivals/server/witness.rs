//! A server that notes when each request arrives, and says how far that is from an even schedule.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use crate::Result;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

pub(crate) struct Witness {
    address: SocketAddr,
    arrivals: Arc<Mutex<Vec<Instant>>>,
}

/// How punctual a client was.
pub(crate) struct Punctuality {
    /// The median distance from the schedule, early or late, in seconds.
    pub(crate) p50: f64,
    /// Its 99th percentile.
    pub(crate) p99: f64,
    /// Requests a second from the first arrival to the last.
    pub(crate) rate: f64,
}

impl Witness {
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let witness = Self { address: listener.local_addr()?, arrivals: Arc::default() };
        let arrivals = Arc::clone(&witness.arrivals);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let arrivals = Arc::clone(&arrivals);
                thread::spawn(move || serve(connection, &arrivals));
            }
        });
        Ok(witness)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Lays the even schedule of this rate through the arrivals so that their median distance from it is zero, which
    /// favours no client: neither who starts late nor who starts with a burst.
    pub(crate) fn judge(&self, rate: f64) -> Option<Punctuality> {
        let mut arrivals = std::mem::take(&mut *self.arrivals.lock().unwrap_or_else(PoisonError::into_inner));
        arrivals.sort_unstable();
        let (first, last) = (*arrivals.first()?, *arrivals.last()?);
        if arrivals.len() < 1000 {
            return None;
        }
        let lag = |(index, arrival): (usize, &Instant)| (*arrival - first).as_secs_f64() - index as f64 / rate;
        let mut lags: Vec<f64> = arrivals.iter().enumerate().map(lag).collect();
        let centre = crate::numbers::median(lags.iter().copied());
        for lag in &mut lags {
            *lag = (*lag - centre).abs();
        }
        lags.sort_by(f64::total_cmp);
        let at = |share: f64| lags[((lags.len() as f64 * share) as usize).min(lags.len() - 1)];
        let rate = (arrivals.len() - 1) as f64 / (last - first).as_secs_f64();
        Some(Punctuality { p50: at(0.5), p99: at(0.99), rate })
    }
}

/// Answers every request head; the clients of this bench send no bodies and never two requests at once.
fn serve(mut connection: TcpStream, arrivals: &Mutex<Vec<Instant>>) {
    let _ = connection.set_nodelay(true);
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = connection.read(&mut buffer) {
        let now = Instant::now();
        head.extend_from_slice(&buffer[..length]);
        if head.ends_with(b"\r\n\r\n") {
            arrivals.lock().unwrap_or_else(PoisonError::into_inner).push(now);
            head.clear();
            if connection.write_all(ANSWER).is_err() {
                return;
            }
        }
    }
}
