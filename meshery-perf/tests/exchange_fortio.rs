//! A fortio file opened by fortio itself: `fortio report` serves it, and the script of its own page, run in Node, draws it.
//!
//! Runs where fortio (`MESHERY_FORTIO`, or on the `PATH`) and Node are installed; without them it says so, loudly.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use meshery_core::load::Tool;
use meshery_core::{Fate, LoadSpec, Measurement, Pace, Rate};
use meshery_perf::exchange::{Outcome, by_name};

/// Draws with the script of fortio's page: the script comes first on standard input, then, after a zero, the result. The
/// library that paints the points is asked for a colour when the script is read, and not needed to reckon the points.
const DRAW: &str = "
    globalThis.Chart = { defaults: { global: {} } };
    const [script, result] = require('fs').readFileSync(0, 'utf8').split('\\0');
    require('vm').runInThisContext(script);
    console.log(JSON.stringify(fortioResultToJsChartData(JSON.parse(result))));
";

fn program(variable: &str, name: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = named.or_else(|| std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|p| p.is_file()));
    if found.is_none() {
        let help = "go install fortio.org/fortio@v1.66.5, https://nodejs.org";
        writeln!(std::io::stderr(), "SKIPPED a_report_page_draws_our_file: no {name}; needed: {help}").unwrap();
    }
    found
}

/// A report server on a folder, ended when this is dropped.
struct Report {
    child: Child,
    address: String,
}

impl Report {
    fn start(fortio: &Path, folder: &Path) -> Self {
        let mut command = Command::new(fortio);
        command.args(["report", "-http-port", "127.0.0.1:0", "-redirect-port", "disabled", "-data-dir"]).arg(folder);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let marker = "report server listening on tcp ";
        let address = said.find_map(|line| Some(line.split_once(marker)?.1.split('"').next()?.to_owned())).unwrap();
        // It listens before it knows its pages.
        assert!(said.any(|line| line.contains("servers started")));
        // Somebody has to listen on, or the server ends at its next word.
        std::thread::spawn(move || said.for_each(drop));
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nhost: {}\r\n\r\n", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{path}: {head}");
        body.to_owned()
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn measurement() -> Measurement {
    let mut spec = LoadSpec::new("http://127.0.0.1:8080/items");
    spec.pace = Pace::Constant(Rate::per_second(1000.0).unwrap());
    let mut measurement = Measurement::new(Tool { name: "meshery".into(), version: "0.1.0".into() }, &spec);
    measurement.started_unix_ns = 1_700_000_000_000_000_000;
    measurement.window = Duration::from_secs(10);
    measurement.achieved = measurement.asked;
    for index in 0..10_000u64 {
        measurement.measured.counts.add(Fate::Ok, Some(200));
        measurement.measured.response.record_nanos(60_000 + index * index / 10);
    }
    measurement
}

fn draw(node: &Path, script: &str, result: &str) -> serde_json::Value {
    let mut command = Command::new(node);
    let mut child = command.args(["-e", DRAW]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{script}\0{result}").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_report_page_draws_our_file() {
    let (Some(fortio), Some(node)) = (program("MESHERY_FORTIO", "fortio"), program("MESHERY_NODE", "node")) else {
        return;
    };
    let measurement = measurement();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fortio-report");
    std::fs::create_dir_all(&folder).unwrap();
    let written = by_name("fortio").unwrap().write(&Outcome::from(&measurement)).unwrap();
    std::fs::write(folder.join("ours.json"), &written).unwrap();
    let report = Report::start(&fortio, &folder);
    let page = report.get("/browse?url=ours.json");
    let script = page.split('"').find(|text| text.ends_with("/fortio_chart.js")).unwrap();
    let served = report.get("/data/ours.json");
    assert_eq!(served, written);
    let chart = draw(&node, &report.get(&format!("/{script}")), &served);
    let title = chart["title"].to_string();
    for part in ["http://127.0.0.1:8080/items", "1000 target qps (1000 actual) 16 connections", "no error", "p99.9 "] {
        assert!(title.contains(part), "{part} in {title}");
    }
    assert!(!title.contains("undefined") && !title.contains("NaN"), "{title}");
    // The curve, of points in milliseconds and percent, passes 99 % where p99 is.
    let points = chart["dataP"].as_array().unwrap();
    let number = |point: &serde_json::Value, axis: &str| point[axis].as_f64().unwrap();
    let after = points.iter().find(|point| number(point, "y") >= 99.0).unwrap();
    let p99 = measurement.measured.response.quantile(0.99).unwrap().as_secs_f64() * 1e3;
    assert!((number(after, "x") / p99 - 1.0).abs() < 0.15, "{after} beside {p99} ms");
    assert!(number(points.last().unwrap(), "y") >= 100.0);
    let drawn: f64 = chart["dataH"].as_array().unwrap().iter().map(|bar| number(bar, "y")).sum();
    assert!(drawn > 0.0 && chart["dataE"].as_array().unwrap().is_empty());
}
