//! The analysis of configuration beside istioctl, on the same files, in interleaved rounds.
//!
//! ```text
//! cargo xtask bench analysis [ROUNDS]
//! ```
//!
//! Both are processes of their own, timed from start to end: istioctl on files alone (`--use-kube=false`), with those of its
//! analyzers that run then; ours with every rule. Sizes that only we are asked for show how time grows. A change of one
//! file is timed within the process, from the new text to all findings. Medians, the least and the most beside them;
//! ratios are taken within a round.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod corpus;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use meshery_benches::goal::Bounds;
use meshery_benches::numbers::{Spread, Unit};
use meshery_benches::process::{self, Ran};
use meshery_benches::{Result, arguments};
use meshery_mesh::analyze::{Options, Profile, Session, Source, at_this_time};

const ROUNDS: usize = 5;
/// What both are asked for.
const OBJECTS: usize = 10_000;
/// How many objects only we are asked for.
const LARGER: [usize; 3] = [1_000, 30_000, 100_000];
/// What istioctl says at its end, whatever it has found.
const ANALYZED: &str = "when analyzing";
/// How many changes of one file are timed in a round.
const CHANGES: usize = 20;
/// What is changed, from what to what: once in the file, and back.
const EDITS: [(&str, &str, &str); 6] = [
    (MISTAKE, "host: svc-", "host: svc-0-missing-"),
    ("a Service's port", "port: 80\n", "port: 81\n"),
    ("a Deployment's image", ":1.0", ":1.1"),
    ("a subset's label", "labels: { version: v1 } }]", "labels: { version: v2 } }]"),
    ("a policy's path", "/api/*", "/api/v2/*"),
    ("a line in front", "apiVersion: v1\nkind: Service", "# why\napiVersion: v1\nkind: Service"),
];
/// The edit after which there is one mistake more: it names a host that nobody has.
const MISTAKE: &str = "a route's host";
/// What the program is told to analyze a folder instead.
const WORK: &str = "--analyze";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [word, folder] if word == WORK => {
            analyze(Path::new(folder));
            Ok(())
        }
        _ => bench(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("analysis: {error}");
            ExitCode::FAILURE
        }
    }
}

fn everything() -> Options {
    Options { profile: Profile::All, ..at_this_time() }
}

fn analyze(folder: &Path) {
    let mut session = Session::new(everything());
    session.gather([folder]);
    let analysis = session.analysis();
    println!("{} findings, {} errors", analysis.findings.len(), analysis.errors.len());
}

/// The figures of all rounds.
#[derive(Default)]
struct Figures {
    ours: Vec<Ran>,
    theirs: Vec<Ran>,
    larger: Vec<Vec<Ran>>,
    /// By what is changed.
    changes: [Vec<Duration>; EDITS.len()],
    cold: Vec<Duration>,
}

fn bench(arguments: &[String]) -> Result {
    let (rounds, _) = arguments::read::<()>(arguments, ROUNDS, &[], |()| "")?;
    let home = std::env::temp_dir().join(format!("meshery-bench-analyze-{}", std::process::id()));
    let done = rounds_in(&home, rounds);
    std::fs::remove_dir_all(&home)?;
    tell(&done?, rounds);
    Ok(())
}

fn rounds_in(home: &Path, rounds: usize) -> Result<Figures> {
    let istioctl = std::env::var_os("MESHERY_TESTBED").map(|bed| PathBuf::from(bed).join("bin/istioctl"));
    let folder = |objects: usize| home.join(objects.to_string());
    for objects in LARGER.into_iter().chain([OBJECTS]) {
        let bytes = corpus::write(&folder(objects), objects)?;
        println!("{objects} objects: {:.1} MB", bytes as f64 / 1e6);
    }
    let mut figures = Figures { larger: LARGER.iter().map(|_| Vec::new()).collect(), ..Figures::default() };
    for round in 0..rounds {
        let ours = |objects: usize| -> Result<Ran> {
            let mut command = Command::new(std::env::current_exe()?);
            command.arg(WORK).arg(folder(objects));
            process::run(command)
        };
        let theirs = |program: &Path| -> Result<Ran> {
            let mut command = Command::new(program);
            command.args(["analyze", "--use-kube=false", "--failure-threshold=Error"]);
            command.arg(folder(OBJECTS)).env("HOME", home);
            let ran = process::run(command)?;
            // Whoever has only complained of how it was called has analyzed nothing.
            if ran.remarks.contains(ANALYZED) { Ok(ran) } else { Err(format!("istioctl: {}", ran.remarks).into()) }
        };
        // Who goes first changes from round to round.
        if round % 2 == 0 {
            figures.ours.push(ours(OBJECTS)?);
        }
        if let Some(program) = istioctl.as_deref().filter(|program| program.is_file()) {
            figures.theirs.push(theirs(program)?);
        }
        if round % 2 == 1 {
            figures.ours.push(ours(OBJECTS)?);
        }
        for (objects, into) in LARGER.iter().zip(&mut figures.larger) {
            into.push(ours(*objects)?);
        }
        figures.cold.push(changes(&folder(OBJECTS), &mut figures.changes)?);
    }
    Ok(figures)
}

/// How long it takes until all is known, and then after each of many changes of one file, a different one each time.
fn changes(folder: &Path, took: &mut [Vec<Duration>]) -> Result<Duration> {
    let begun = Instant::now();
    let mut session = Session::new(everything());
    session.gather([folder]);
    let before = session.analysis().findings;
    let cold = begun.elapsed();
    for ((what, from, to), took) in EDITS.iter().zip(took) {
        for change in 0..CHANGES {
            let path = corpus::file(folder, change);
            let text = std::fs::read_to_string(&path)?;
            let changed = text.replacen(from, to, 1);
            if changed == text {
                return Err(format!("{what}: nothing of it in {}", path.display()).into());
            }
            for (text, is_changed) in [(changed, true), (text, false)] {
                let source = Source::new(path.display().to_string(), text);
                let begun = Instant::now();
                session.put(&[source]);
                let found = session.analysis().findings.len();
                took.push(begun.elapsed());
                if *what == MISTAKE && (found > before.len()) != is_changed {
                    return Err(format!("{what}: {found} findings, {} before", before.len()).into());
                }
            }
        }
        if session.analysis().findings != before {
            return Err(format!("{what}: other findings after it is as it was").into());
        }
    }
    Ok(cold)
}

fn tell(figures: &Figures, rounds: usize) {
    println!("\n{OBJECTS} objects, {rounds} rounds");
    let of = |runs: &[Ran], value: fn(&Ran) -> f64| runs.iter().map(value).collect::<Vec<_>>();
    let (time, memory) = (|ran: &Ran| ran.took.as_secs_f64(), |ran: &Ran| ran.peak_memory);
    let show = |name: &str, runs: &[Ran]| {
        if let Some(last) = runs.last() {
            let (took, held) = (Spread::of(&of(runs, time)), Spread::of(&of(runs, memory)));
            let (took, held) = (took.format(|it| Unit::Time.format(it)), held.format(|it| Unit::Megabytes.format(it)));
            println!("{name:<10} {took:<32} {held:<32} {}", last.output.lines().last().unwrap_or_default());
        }
    };
    show("meshery", &figures.ours);
    show("istioctl", &figures.theirs);
    if figures.theirs.is_empty() {
        println!("istioctl is not there: cargo xtask testbed builds it");
    } else {
        let ratio = |value: fn(&Ran) -> f64| -> Vec<f64> {
            figures.theirs.iter().zip(&figures.ours).map(|(theirs, ours)| value(theirs) / value(ours)).collect()
        };
        let times = |value: f64| format!("{value:.2} ×");
        println!("as fast    {}", Bounds { least: 4.0, most: f64::INFINITY }.judge(&ratio(time), times));
        println!("its memory {}", Bounds { least: 1.0, most: f64::INFINITY }.judge(&ratio(memory), times));
    }
    for (objects, runs) in LARGER.iter().zip(&figures.larger) {
        show(&objects.to_string(), runs);
    }
    if let (Some(small), Some(large)) = (figures.larger.first(), figures.larger.last()) {
        let (from, to) = (LARGER[0] as f64, LARGER[LARGER.len() - 1] as f64);
        let growth = Spread::of(&of(large, time)).median / Spread::of(&of(small, time)).median;
        let allowed = to * to.ln() / (from * from.ln());
        println!("growth     {}", Bounds::at_most(allowed).judge(&[growth], |it| format!("{it:.1} ×")));
    }
    let seconds = |times: &[Duration]| times.iter().map(Duration::as_secs_f64).collect::<Vec<_>>();
    let cold = Spread::of(&seconds(&figures.cold)).median;
    for ((what, ..), took) in EDITS.iter().zip(&figures.changes) {
        let took = seconds(took);
        let milliseconds = |value: f64| format!("{:.1} ms", value * 1e3);
        println!("{what:<22} {}", Bounds::at_most(0.050).judge(&took, milliseconds));
        let part = took.iter().map(|it| it / cold).collect::<Vec<_>>();
        println!("{:<22} {}", "of a cold run", Bounds::at_most(0.05).judge(&part, |it| format!("{it:.3}")));
    }
}
