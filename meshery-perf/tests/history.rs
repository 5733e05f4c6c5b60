//! A history: planted regressions are caught, flat series are not, and nothing is lost among several processes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use meshery_core::comparison::{Arm, End, Environment, FORMAT, ProcessUse, Run};
use meshery_core::history::Standing;
use meshery_core::load::Tool;
use meshery_core::measurement::{Doubt, Reason};
use meshery_core::plan::Role;
use meshery_core::{ArmSpec, Comparison, ComparisonSpec, ErrorKind, Fate, LoadSpec, Measurement};
use meshery_perf::history::History;

const RUNS: u32 = 5;

/// A file of this test's own, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("meshery-history-{name}-{}.sqlite", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.0.display()));
        }
    }
}

/// Noise between −1 and 1 that depends on its arguments alone.
fn noise(number: u64, part: u64) -> f64 {
    let mut z = (number << 20 | part).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

fn run(block: u32, millis: f64, proxied: bool) -> Run {
    let mut measurement = Measurement::new(tool(), &LoadSpec::new("http://t/"));
    measurement.throughput = meshery_core::Rate::per_second(2000.0).ok();
    for part in 0..600 {
        let nanos = millis * 1e6 * (1.0 + f64::from(part) / 600.0);
        measurement.measured.counts.add(Fate::Ok, Some(200));
        measurement.measured.response.record_nanos(nanos as u64);
        measurement.measured.service.record_nanos(nanos as u64);
    }
    let used = |name: &str| ProcessUse {
        name: name.into(),
        role: Role::Proxy,
        cpu: Duration::from_secs_f64(millis / 50.0),
        memory_bytes: 50 << 20,
        peak_memory_bytes: 50 << 20,
    };
    let processes = if proxied { vec![used("client"), used("server")] } else { Vec::new() };
    Run { block, order: block, measurement: Some(measurement), processes, propagation: None, error: None }
}

fn tool() -> Tool {
    Tool { name: "t".into(), version: "0".into() }
}

/// The comparison of a release, measured on day `number`: 3 % of noise between runs, and a mesh at this level.
fn release(number: u64, level: f64) -> Comparison {
    let specs = [ArmSpec::new("none", "none"), ArmSpec::new("envoy", "envoy")];
    let arm = |(index, spec): (usize, &ArmSpec)| {
        let level = if index == 0 { 1.0 } else { level };
        let run = |block| {
            run(block, 10.0 * level * (0.05 * noise(number, u64::from(block) + 100 * index as u64)).exp(), index == 1)
        };
        Arm {
            runs: (1..=RUNS).map(run).collect(),
            versions: [("client".to_owned(), format!("1.{number}"))].into(),
            ..Arm::new(spec.clone())
        }
    };
    Comparison {
        format: FORMAT,
        tool: tool(),
        spec: ComparisonSpec { arms: specs.to_vec(), ..ComparisonSpec::default() },
        seed: number,
        started_unix_ns: 1_700_000_000_000_000_000 + number * 86_400_000_000_000,
        took: Duration::from_secs(60),
        environment: Environment { platform: "linux x86_64".into(), cores: 2, ..Environment::default() },
        upstream: None,
        arms: specs.iter().enumerate().map(arm).collect(),
        effects: Vec::new(),
        warnings: Vec::new(),
        end: End::Complete,
    }
}

/// A history of so many releases, of which the mesh of the later ones has another level.
fn history(path: &Path, flat: u64, changed: u64, level: f64) -> (History, Vec<u64>) {
    let mut history = History::open(path).unwrap();
    let at = |number| if number < flat { 1.0 } else { level };
    let ids =
        (0..flat + changed).map(|number| history.add(&release(number, at(number)), &format!("1.{number}")).unwrap());
    let ids = ids.collect();
    (history, ids)
}

#[test]
fn a_planted_regression_is_suspected_at_once_and_dated_later() {
    let scratch = Scratch::new("planted");
    let (history, ids) = history(&scratch.0, 25, 5, 1.15);
    let first = history.review(ids[25]).unwrap();
    let standing = |arm: &str, metric: &str| {
        first.trends.iter().find(|trend| trend.key.arm == arm && trend.key.metric == metric).unwrap().standing
    };
    for metric in ["latency.p50", "latency.p99", "cpu_per_1000_requests"] {
        assert_eq!(standing("envoy", metric), Standing::SuspectedRegression, "{metric}");
    }
    assert_eq!(standing("none", "latency.p50"), Standing::Usual);
    assert_eq!(standing("envoy", "throughput"), Standing::Usual);
    assert!(first.changes.is_empty(), "one release is no lasting change: {:?}", first.changes);

    let last = history.review(ids[29]).unwrap();
    let change = last.changes.iter().find(|change| change.key.metric == "latency.p99").unwrap();
    assert_eq!((change.release.as_str(), change.key.arm.as_str(), change.worse), ("1.25", "envoy", true));
    assert!((change.difference - 0.15).abs() < 0.04, "{change:?}");
    assert_eq!(change.recorded_unix_ns, release(25, 1.0).started_unix_ns);
    assert!(last.changes.iter().all(|change| change.key.arm == "envoy"), "{:?}", last.changes);
}

#[test]
fn the_page_shows_series_and_changes() {
    let scratch = Scratch::new("page");
    let (history, _) = history(&scratch.0, 20, 5, 1.2);
    let page = history.html().unwrap();
    assert_eq!(page.matches("class=\"plot history\"").count(), 2 * 5 + 3, "five of the load, three of processes");
    assert_eq!(page.matches("<circle").count(), 25 * 13);
    let changes = page.matches("class=\"change regressed\"").count();
    assert!((3..=6).contains(&changes) && page.contains(">1.20 +"), "{changes}");
    assert!(!page.contains("NaN") && !page.contains("href=") && page.ends_with("</html>\n"));
}

#[test]
fn an_improvement_is_none_for_the_worse() {
    let scratch = Scratch::new("improved");
    let (history, ids) = history(&scratch.0, 20, 4, 0.85);
    let review = history.review(ids[23]).unwrap();
    assert!(review.changes.iter().any(|change| change.key.metric == "latency.p50" && !change.worse));
    let trends = history.review(ids[20]).unwrap().trends;
    assert!(trends.iter().any(|trend| trend.standing == Standing::SuspectedImprovement));
    assert!(trends.iter().all(|trend| trend.standing != Standing::SuspectedRegression));
}

#[test]
fn a_flat_series_is_left_alone() {
    let scratch = Scratch::new("flat");
    let (history, ids) = history(&scratch.0, 40, 0, 1.0);
    for id in &ids {
        let review = history.review(*id).unwrap();
        assert!(review.changes.is_empty(), "{:?}", review.changes);
        let suspects: Vec<_> = review
            .trends
            .iter()
            .filter(|trend| !matches!(trend.standing, Standing::Usual | Standing::TooFewReleases))
            .collect();
        assert!(suspects.is_empty(), "{suspects:?}");
    }
    let early = history.review(ids[3]).unwrap();
    assert!(early.trends.iter().all(|trend| trend.standing == Standing::TooFewReleases && trend.usual.is_none()));
    let series = history.series().unwrap();
    let p99 = series.iter().find(|series| series.key.arm == "none" && series.key.metric == "latency.p99").unwrap();
    assert_eq!((p99.points.len(), p99.points[0].runs), (40, RUNS));
    assert!((0.002..0.05).contains(&p99.noise_floor.unwrap()), "{:?}", p99.noise_floor);
}

#[test]
fn what_is_exported_comes_back_whole_and_once() {
    let (from, to) = (Scratch::new("from"), Scratch::new("to"));
    let (mut first, ids) = history(&from.0, 6, 0, 1.0);
    assert_eq!(first.add(&release(5, 1.0), "1.5").unwrap(), ids[5], "the same result is added once");
    let mut text = Vec::new();
    first.export(&mut text).unwrap();
    let mut second = History::open(&to.0).unwrap();
    for _ in 0..2 {
        assert_eq!(second.import(text.as_slice()).unwrap(), 6);
        assert_eq!(second.series().unwrap(), first.series().unwrap());
    }
    let mut again = Vec::new();
    second.export(&mut again).unwrap();
    assert_eq!(again, text);
    let broken = [text.as_slice(), b"{\n"].concat();
    let error = second.import(broken.as_slice()).unwrap_err();
    assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::Syntax, Some("7:1")));
}

#[test]
fn baselines_have_names() {
    let scratch = Scratch::new("names");
    let (mut history, ids) = history(&scratch.0, 2, 0, 1.0);
    assert_eq!(history.baseline("main").unwrap(), None);
    history.set_baseline("main", ids[0]).unwrap();
    history.set_baseline("main", ids[1]).unwrap();
    assert_eq!(history.baseline("main").unwrap(), Some(ids[1]));
    assert!(history.set_baseline("main", 999).is_err());
    assert_eq!(history.review(999).unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn what_is_not_to_be_trusted_is_not_kept() {
    let scratch = Scratch::new("invalid");
    let mut history = History::open(&scratch.0).unwrap();
    let mut spoiled = release(0, 1.0);
    for run in spoiled.arms.iter_mut().flat_map(|arm| &mut arm.runs) {
        run.measurement.as_mut().unwrap().validity.invalid.push(Reason::new(Doubt::Errors, "too many"));
    }
    assert_eq!(history.add(&spoiled, "1.0").unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(history.add(&release(0, 1.0), "").unwrap_err().report().place.as_deref(), Some("release"));
    assert!(history.entries().unwrap().is_empty());
}

#[test]
fn files_of_others_and_of_the_future_are_refused() {
    let scratch = Scratch::new("other");
    std::fs::write(
        &scratch.0,
        "a text file that is long enough to be read as the head of a database, and is none. ".repeat(20),
    )
    .unwrap();
    let error = History::open(&scratch.0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Syntax, "{error}");
    let future = Scratch::new("future");
    rusqlite::Connection::open(&future.0).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(History::open(&future.0).unwrap_err().kind(), ErrorKind::VersionUnsupported);
}

#[test]
fn who_opens_a_file_that_somebody_else_is_making_waits() {
    let scratch = Scratch::new("making");
    let maker = rusqlite::Connection::open(&scratch.0).unwrap();
    maker.execute_batch("BEGIN EXCLUSIVE; CREATE TABLE other (a)").unwrap();
    let file = scratch.0.clone();
    let opener = std::thread::spawn(move || History::open(&file).map(drop));
    std::thread::sleep(Duration::from_millis(300));
    assert!(!opener.is_finished(), "it waits");
    maker.execute_batch("ROLLBACK").unwrap();
    opener.join().unwrap().unwrap();
}

const FILE: &str = "MESHERY_TEST_HISTORY";
const WRITER: &str = "MESHERY_TEST_WRITER";
const EACH: u64 = 15;

/// Run by the test below as a process of its own.
#[test]
fn a_writer() {
    let (Ok(file), Ok(writer)) = (std::env::var(FILE), std::env::var(WRITER)) else { return };
    let writer: u64 = writer.parse().unwrap();
    for number in 0..EACH {
        let mut history = History::open(&file).unwrap();
        history.add(&release(1000 * writer + number, 1.0), &format!("{writer}.{number}")).unwrap();
    }
}

#[test]
fn processes_write_at_once_and_nothing_is_lost() {
    let scratch = Scratch::new("processes");
    let start = |writer: u64| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "history::a_writer"]).env(FILE, &scratch.0).env(WRITER, writer.to_string());
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    let mut writers: Vec<_> = (1..=3).map(start).collect();
    // The last one dies on its way; what it has added stays, and nothing of what it was about to.
    let mut victim = writers.pop().unwrap();
    let of_victim = |history: &History| {
        history.entries().unwrap().into_iter().filter(|entry| entry.release.starts_with("3.")).collect::<Vec<_>>()
    };
    while of_victim(&History::open(&scratch.0).unwrap()).len() < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    let history = History::open(&scratch.0).unwrap();
    let entries = history.entries().unwrap();
    for writer in 1..=2 {
        let prefix = format!("{writer}.");
        assert_eq!(entries.iter().filter(|entry| entry.release.starts_with(&prefix)).count() as u64, EACH);
    }
    assert!(of_victim(&history).len() >= 2);
    let whole = entries[0].values;
    assert!(entries.iter().all(|entry| entry.values == whole), "no entry is there in part");
}
