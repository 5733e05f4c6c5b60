//! The load engine beside the tools in use, on this machine, in interleaved rounds.
//!
//! ```text
//! cargo xtask bench rivals [ROUNDS]
//! ```
//!
//! Two questions, each put to every client in every round, in an order that rotates from round to round:
//!
//! - **Efficiency.** A closed loop over 64 connections against one nginx worker that answers 200 bytes from memory: how
//!   many requests does a client make per second of its own processor time, user and system, as the kernel charges it?
//! - **Punctuality.** 2,000 requests/s over 20 connections, 5 s: how far from an even schedule do they arrive? Judged
//!   alike for all by a server that notes when each request is there; the clients' own words do not count.
//!
//! The table gives medians over the rounds; ratios are taken within a round, so that a noisy moment hits both sides.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod client;
mod nginx;
mod witness;

use std::process::{Command, ExitCode, Stdio};

use client::{CLIENTS, Client};
use witness::Punctuality;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const ROUNDS: usize = 7;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.first().map(String::as_str) {
        Some(client::OWN) => client::run_own(&arguments[1..]),
        Some(rounds) => rounds.parse().map_err(Into::into).and_then(bench),
        None => bench(ROUNDS),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rivals: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What one client did in one round.
struct Round {
    per_cpu_second: f64,
    punctuality: Option<Punctuality>,
}

fn bench(rounds: usize) -> Result {
    if rounds == 0 {
        return Err("at least one round is needed".into());
    }
    let server = nginx::Nginx::start()?;
    let mut seen: Vec<Vec<Round>> = CLIENTS.iter().map(|_| Vec::new()).collect();
    for round in 0..rounds {
        for turn in 0..CLIENTS.len() {
            let which = (round + turn) % CLIENTS.len();
            let client = &CLIENTS[which];
            eprintln!("round {} of {rounds}: {}", round + 1, client.name);
            seen[which].push(Round {
                per_cpu_second: efficiency(client, &server.url())?,
                punctuality: client.paced.map(|paced| punctuality(client, paced)).transpose()?,
            });
        }
    }
    print_efficiency(&seen);
    print_punctuality(&seen);
    Ok(())
}

fn efficiency(client: &Client, url: &str) -> Result<f64> {
    let before = cpu_seconds_of_children()?;
    let output = finish((client.flat_out)(url)?)?;
    let used = cpu_seconds_of_children()? - before;
    let requests =
        (client.requests)(&output).ok_or_else(|| format!("{}: no count in its output:\n{output}", client.name))?;
    Ok(requests / used)
}

fn punctuality(client: &Client, paced: client::Start) -> Result<Punctuality> {
    let witness = witness::Witness::start()?;
    finish(paced(&witness.url())?)?;
    witness.judge(client::RATE).ok_or_else(|| format!("{}: too few requests arrived", client.name).into())
}

fn finish(mut command: Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{name} ended with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Processor time of all children that have ended, as `/proc/self/stat` has it: fields 16 and 17 of proc(5).
fn cpu_seconds_of_children() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, after_name) = stat.rsplit_once(')').ok_or("/proc/self/stat has no name")?;
    let ticks = after_name.split_ascii_whitespace().skip(13).take(2).map(str::parse::<u64>);
    Ok(ticks.sum::<std::result::Result<u64, _>>()? as f64 / rustix::param::clock_ticks_per_second() as f64)
}

fn print_efficiency(seen: &[Vec<Round>]) {
    println!("\nrequests per second of the client's processor time (closed loop, 64 connections, nginx, 200 bytes)\n");
    println!("  {:<10} {:>12}   meshery / this one, median [least, most]", "client", "median");
    for (client, rounds) in CLIENTS.iter().zip(seen) {
        let ratios = ratios(&seen[0], rounds, |round| Some(round.per_cpu_second));
        println!(
            "  {:<10} {:>12.0}   {}",
            client.name,
            median(rounds.iter().map(|round| round.per_cpu_second)),
            ratios
        );
    }
}

fn print_punctuality(seen: &[Vec<Round>]) {
    println!("\ndistance of arrivals from an even schedule (2,000 requests/s, 20 connections, 5 s)\n");
    println!(
        "  {:<10} {:>10} {:>10} {:>11}   this one / meshery at p99, median [least, most]",
        "client", "p50", "p99", "arrived"
    );
    for (client, rounds) in CLIENTS.iter().zip(seen) {
        let of = |pick: fn(&Punctuality) -> f64| {
            median(rounds.iter().filter_map(|round| round.punctuality.as_ref().map(pick)))
        };
        if client.paced.is_none() {
            println!("  {:<10} keeps no rate: it has only a closed loop", client.name);
            continue;
        }
        let ratios = ratios(rounds, &seen[0], |round| round.punctuality.as_ref().map(|found| found.p99));
        let (p50, p99) = (of(|found| found.p50) * 1e3, of(|found| found.p99) * 1e3);
        println!("  {:<10} {p50:>7.3} ms {p99:>7.3} ms {:>9.1}/s   {ratios}", client.name, of(|found| found.rate));
    }
}

/// Ratios within each round, as text.
fn ratios(above: &[Round], below: &[Round], of: fn(&Round) -> Option<f64>) -> String {
    let ratios: Vec<f64> = above.iter().zip(below).filter_map(|(above, below)| Some(of(above)? / of(below)?)).collect();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    format!("{:.2} [{least:.2}, {most:.2}]", median(ratios.into_iter()))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        even if even % 2 == 0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}
