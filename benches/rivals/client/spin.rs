//! The reference of a calm server: one schedule, a loop that never sleeps, and a clock that starts at the intended time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::raw::{Connection, request};
use super::{Client, histogram, plain, read_plain, tell, told};
use crate::Result;

pub(super) const NAME: &str = "spin";

pub(crate) const CLIENT: Client =
    Client { name: "spin reference", program: "", how: "", arguments: |ask| plain(NAME, ask), read: told };

pub(super) fn play(arguments: &[String]) -> Result {
    let asked = read_plain(arguments)?;
    let request = request(&asked.authority);
    let opened: Result<VecDeque<_>> = (0..asked.connections).map(|_| Connection::open(&asked.authority)).collect();
    let mut idle = opened?;
    let mut busy: Vec<(Connection, Instant)> = Vec::new();
    let mut times = histogram()?;
    let (gap, count) = (Duration::from_secs(1) / asked.rate, u64::from(asked.rate) * asked.seconds);
    let (mut due, mut sent) = (Instant::now() + gap, 0);
    while times.len() < count {
        if sent < count
            && Instant::now() >= due
            && let Some(mut connection) = idle.pop_front()
        {
            connection.send(&request)?;
            busy.push((connection, due));
            (due, sent) = (due + gap, sent + 1);
        }
        let mut index = 0;
        while index < busy.len() {
            if busy[index].0.receive()? {
                let (connection, intended) = busy.swap_remove(index);
                times.saturating_record(intended.elapsed().as_nanos() as u64);
                idle.push_back(connection);
            } else {
                index += 1;
            }
        }
    }
    tell(&times);
    Ok(())
}
