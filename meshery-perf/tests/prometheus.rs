//! Overhead from a real Prometheus that scrapes a real node-exporter, beside what the kernel tells of the same time.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, unreachable_pub, reason = "tests")]

#[path = "support/servers.rs"]
mod servers;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use meshery_core::plan::Role;
use meshery_core::{Cancel, Context, ErrorKind, Event};
use meshery_perf::telemetry::exposition::{Kind, parse};
use meshery_perf::telemetry::prometheus::{Component, Credentials, Endpoint, Prometheus, recipe};

const USER: &str = "meshery";
const PASSWORD: &str = "test";
/// The same for bcrypt, at its least cost.
const HASH: &str = "$2b$04$DdcKbcaz9GQfgY8G4.r8LukYBnZAsURCvJ0hfUQu2luTkVMUc4/DW";

fn endpoint(port: u16) -> Endpoint {
    let credentials = Credentials::Basic { user: USER.into(), password: PASSWORD.into() };
    Endpoint { credentials: Some(credentials), ..Endpoint::new(format!("http://127.0.0.1:{port}")) }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

/// Seconds that all processors together have worked, by the modes that are work, and bytes in use.
fn machine() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/stat").unwrap();
    let line = stat.lines().next().unwrap();
    let ticks: Vec<f64> = line.split_whitespace().skip(1).map(|ticks| ticks.parse().unwrap()).collect();
    // user, nice, system, idle, iowait, irq, softirq
    let busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap();
    let field = |name: &str| -> f64 {
        let line = memory.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() * 1024.0
    };
    (busy / rustix::param::clock_ticks_per_second() as f64, field("MemTotal:") - field("MemAvailable:"))
}

/// Keeps a processor busy until told to stop.
fn burn(until: &Cancel) {
    let mut sum = 0_u64;
    while !until.is_cancelled() {
        sum = (0..100_000_u64).fold(sum, |sum, n| std::hint::black_box(sum ^ n));
    }
}

fn node() -> Component {
    Component {
        name: "node".into(),
        role: Role::Workload,
        recipe: recipe::by_name("node-exporter").unwrap(),
        matchers: "job=\"node\"".into(),
    }
}

#[tokio::test]
async fn what_prometheus_says_is_what_the_kernel_says() {
    let Some((_processes, port)) = servers::prometheus((USER, PASSWORD), HASH) else { return };
    let prometheus = Prometheus::new(endpoint(port)).unwrap();
    let context = Context::default();
    let clock = prometheus.clock(&context).await.unwrap();
    assert!(clock.ahead.abs() < 1.0 && clock.within < Duration::from_secs(5), "{clock:?}");

    let cancel = Cancel::new();
    let burner = std::thread::spawn({
        let cancel = cancel.clone();
        move || burn(&cancel)
    });
    // A Prometheus that has just started takes seconds to its first scrape.
    let scraped = || async {
        let range = (now().saturating_sub(Duration::from_secs(60)), now());
        prometheus.samples("up", range, &context).await.unwrap().iter().any(|series| series.samples.len() > 2)
    };
    while !scraped().await {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (start, before) = (now(), machine());
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (end, after) = (now(), machine());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let used = prometheus.usage(&[node()], (start, end), &context).await.unwrap();
    cancel.cancel();
    burner.join().unwrap();

    let (busy, told) = (after.0 - before.0, used[0].cpu.as_secs_f64());
    assert!(busy > 5.0, "a processor was kept busy: {busy} s");
    assert!((told / busy - 1.0).abs() < 0.05, "Prometheus {told} s, the kernel {busy} s");
    let memory = used[0].memory_bytes as f64;
    assert!((memory / after.1 - 1.0).abs() < 0.05, "Prometheus {memory}, the kernel {}", after.1);
    assert!(used[0].peak_memory_bytes >= used[0].memory_bytes);

    // The same by a range query, whose points come in several requests at this step.
    let range = (start.saturating_sub(Duration::from_secs(60)), end);
    let expression = "sum(node_cpu_seconds_total{mode!~\"idle|iowait|steal\"})";
    let series = prometheus.range(expression, range, Duration::from_millis(5), &context).await.unwrap();
    assert_eq!(series.len(), 1);
    let samples = &series[0].samples;
    assert!(samples.len() > 2000 && samples.windows(2).all(|pair| pair[0].0 < pair[1].0), "{}", samples.len());
    assert!(samples.last().unwrap().1 > samples[0].1);
}

#[tokio::test]
async fn what_goes_wrong_is_said_by_its_kind() {
    let Some((_processes, port)) = servers::prometheus((USER, PASSWORD), HASH) else { return };
    let context = Context::default();
    let wrong = Credentials::Basic { user: USER.into(), password: "guess".into() };
    let stranger = Prometheus::new(Endpoint { credentials: Some(wrong), ..endpoint(port) }).unwrap();
    let error = stranger.clock(&context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert!(!format!("{stranger:?} {error}").contains("guess"));

    let prometheus = Prometheus::new(endpoint(port)).unwrap();
    let window = (now().saturating_sub(Duration::from_secs(5)), now());
    let error = prometheus.samples("up{", window, &context).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Refused && error.to_string().contains("bad_data"), "{error}");
    let nobody = Component { matchers: "job=\"nobody\"".into(), ..node() };
    let error = prometheus.usage(&[nobody], window, &context).await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::InvalidInput && error.report().place.as_deref() == Some("node.matchers"),
        "{error}"
    );
    let long_ago = (Duration::from_secs(1_000_000_000), Duration::from_secs(1_000_000_010));
    assert_eq!(prometheus.usage(&[node()], long_ago, &context).await.unwrap_err().kind(), ErrorKind::InvalidInput);

    let cancelled = Context::new(Cancel::new(), |_: &Event| {});
    cancelled.cancel.cancel();
    assert_eq!(prometheus.clock(&cancelled).await.unwrap_err().kind(), ErrorKind::Cancelled);
    let [free] = servers::free_ports();
    let absent = Prometheus::new(endpoint(free)).unwrap();
    assert_eq!(absent.clock(&context).await.unwrap_err().kind(), ErrorKind::Unreachable);
    assert!(Prometheus::new(Endpoint::new("ftp://x/")).is_err());
}

#[tokio::test]
async fn a_real_exporter_is_read_whole() {
    let Some((_processes, port)) = servers::prometheus((USER, PASSWORD), HASH) else { return };
    // Prometheus exposes itself too, with histograms, summaries and labels of all kinds.
    let text = servers::fetch(port, "/metrics", (USER, PASSWORD));
    let families = parse(&text).unwrap();
    let samples: usize = families.iter().map(|family| family.samples.len()).sum();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).count();
    assert_eq!(samples, lines);
    let histogram = families.iter().find(|family| family.name == "prometheus_http_request_duration_seconds").unwrap();
    assert_eq!(histogram.kind, Kind::Histogram);
    assert!(histogram.samples.iter().any(|sample| sample.label("le") == Some("+Inf")));
    assert!(families.iter().filter(|family| family.kind == Kind::Unknown).count() * 10 < families.len());
}
