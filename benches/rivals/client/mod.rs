//! The clients: one file each. Those of this program are processes of their own, like the others.

pub(crate) mod fortio;
pub(crate) mod ghz;
pub(crate) mod h2load;
pub(crate) mod hey;
pub(crate) mod hyper;
pub(crate) mod meshery;
pub(crate) mod oha;
pub(crate) mod raw;
pub(crate) mod sleeper;
pub(crate) mod spin;
pub(crate) mod wrk;

use std::process::{Command, Stdio};

use hdrhistogram::Histogram;

use crate::Result;
use crate::process::{self, Ran};

/// What a client is to do.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) url: &'a str,
    pub(crate) connections: u32,
    /// Requests a second over all connections; a closed loop otherwise.
    pub(crate) rate: Option<u32>,
    pub(crate) seconds: u32,
    /// Whether it keeps to the processors that a server on the last one leaves.
    pub(crate) apart: bool,
}

impl<'a> Ask<'a> {
    /// A closed loop over 64 connections.
    pub(crate) fn flat_out(url: &'a str, seconds: u32) -> Self {
        Self { url, connections: 64, rate: None, seconds, apart: false }
    }

    /// An open load.
    pub(crate) fn paced(url: &'a str, rate: u32, connections: u32, seconds: u32) -> Self {
        Self { url, connections, rate: Some(rate), seconds, apart: false }
    }
}

/// What a client says.
#[derive(Clone, Copy)]
pub(crate) struct Said {
    /// Requests that were answered well.
    pub(crate) requests: f64,
    /// Percentiles of what it calls the response time, in seconds; NaN if it says none.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

pub(crate) struct Client {
    pub(crate) name: &'static str,
    /// The program; empty if it is this one.
    program: &'static str,
    /// How to get it.
    pub(crate) how: &'static str,
    arguments: fn(&Ask<'_>) -> Vec<String>,
    read: fn(&str) -> Option<Said>,
}

impl Client {
    pub(crate) fn is_here(&self) -> bool {
        let mut command = Command::new(self.program);
        let silent = command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.program.is_empty() || silent.status().is_ok()
    }

    /// Runs it once.
    pub(crate) fn run(&self, ask: &Ask<'_>) -> Result<(Said, Ran)> {
        let own = std::env::current_exe()?;
        let program = if self.program.is_empty() { own.as_os_str() } else { self.program.as_ref() };
        let mut command =
            if ask.apart { process::not_on(process::last_processor()?, program) } else { Command::new(program) };
        command.args((self.arguments)(ask));
        let ran = process::run(command)?;
        let said = (self.read)(&ran.output).ok_or_else(|| format!("not understood:\n{}", ran.output))?;
        Ok((said, ran))
    }
}

/// Becomes a client, if that is what this process was started for.
pub(crate) fn play(arguments: &[String]) -> Option<Result> {
    let (name, rest) = arguments.split_first()?;
    let play = match name.as_str() {
        hyper::NAME => hyper::play,
        meshery::NAME => meshery::play,
        raw::NAME => raw::play,
        sleeper::NAME => sleeper::play,
        spin::NAME => spin::play,
        _ => return None,
    };
    Some(play(rest))
}

/// The histogram of the small clients of this program: up to a minute, to three digits.
fn histogram() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000_000, 3)?)
}

/// What they print, and its reader.
fn tell(histogram: &Histogram<u64>) {
    let at = |q: f64| histogram.value_at_quantile(q) as f64 / 1e9;
    println!("{} {} {}", histogram.len(), at(0.5), at(0.99));
}

fn told(output: &str) -> Option<Said> {
    let mut numbers = output.split_ascii_whitespace().map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some(Said { requests: next()?, p50: next()?, p99: next()? })
}

/// The arguments of those: the URL's authority, connections, rate and seconds.
fn plain(name: &str, ask: &Ask<'_>) -> Vec<String> {
    let authority = ask.url.trim_start_matches("http://").trim_end_matches('/');
    let numbers = [ask.connections, ask.rate.unwrap_or(0), ask.seconds].map(|number| number.to_string());
    [name, authority].map(str::to_owned).into_iter().chain(numbers).collect()
}

#[derive(Clone)]
struct Plain {
    authority: String,
    connections: usize,
    rate: u32,
    seconds: u64,
}

fn read_plain(arguments: &[String]) -> Result<Plain> {
    let [authority, connections, rate, seconds] = arguments else { return Err("four arguments, please".into()) };
    Ok(Plain {
        authority: authority.clone(),
        connections: connections.parse()?,
        rate: rate.parse()?,
        seconds: seconds.parse()?,
    })
}

fn owned<const N: usize>(arguments: [&str; N]) -> Vec<String> {
    arguments.map(str::to_owned).to_vec()
}
