//! Overhead from a real Prometheus that scrapes a real node-exporter, beside what the kernel tells of the same time.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, unreachable_pub, reason = "tests")]

#[path = "support/servers.rs"]
mod servers;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use meshery_core::comparison::Unit;
use meshery_core::host::ProcessStatus;
use meshery_core::load::Tool;
use meshery_core::plan::Role;
use meshery_core::{
    Cancel, CheckOutcome, ComparisonSpec, Context, ErrorKind, Event, Fate, Installation, LoadSpec, LoadTest,
    Measurement, MeshHost, MeshInfo, MeshSpec, Plan, Result,
};
use meshery_perf::compare;
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

/// A Prometheus that has just started takes seconds to its first scrape.
async fn scraped(prometheus: &Prometheus) {
    let context = Context::default();
    loop {
        let range = (now().saturating_sub(Duration::from_secs(60)), now());
        let series = prometheus.samples("up", range, &context).await.unwrap();
        if series.iter().any(|series| series.samples.len() > 2) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
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
    scraped(&prometheus).await;
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

/// A host without meshes.
struct Bare;

#[async_trait]
impl MeshHost for Bare {
    fn meshes(&self) -> Vec<MeshInfo> {
        Vec::new()
    }

    async fn plan(&self, spec: &MeshSpec) -> Result<Plan> {
        Ok(Plan::new(spec.mesh.clone(), "entry"))
    }

    async fn install(&self, spec: &MeshSpec, _: &Context) -> Result<Installation> {
        Ok(Installation { id: 1, spec: spec.clone(), entry: spec.upstream.clone(), processes: Vec::new() })
    }

    async fn verify(&self, _: &Installation, _: &Context) -> Result<Vec<CheckOutcome>> {
        Ok(Vec::new())
    }

    async fn status(&self, _: &Installation) -> Result<Vec<ProcessStatus>> {
        Ok(Vec::new())
    }

    async fn uninstall(&self, _: &Installation) -> Result<()> {
        Ok(())
    }

    async fn start_upstream(&self, context: &Context) -> Result<Installation> {
        self.install(&MeshSpec::new("none", "127.0.0.1:9"), context).await
    }
}

/// A load of 1,000 requests in a second, which keeps a processor busy.
struct Busy;

#[async_trait]
impl LoadTest for Busy {
    fn tool(&self) -> Tool {
        Tool { name: "busy".into(), version: "1".into() }
    }

    async fn run(&self, spec: &LoadSpec, context: &Context) -> Result<Measurement> {
        let mut found = Measurement::new(self.tool(), spec);
        (found.started_unix_ns, found.window) = (now().as_nanos() as u64, Duration::from_secs(1));
        context.report(&Event::WindowStarted);
        let cancel = Cancel::new();
        let burner = std::thread::spawn({
            let cancel = cancel.clone();
            move || burn(&cancel)
        });
        tokio::time::sleep(found.window).await;
        cancel.cancel();
        burner.join().unwrap();
        context.report(&Event::WindowEnded);
        for nanos in 1..=1000 {
            found.measured.counts.add(Fate::Ok, Some(200));
            found.measured.response.record_nanos(nanos * 1000);
            found.measured.service.record_nanos(nanos * 1000);
        }
        Ok(found)
    }
}

#[tokio::test]
async fn a_comparison_has_the_overhead_that_prometheus_tells_of() {
    let Some((_processes, port)) = servers::prometheus((USER, PASSWORD), HASH) else { return };
    let file = std::env::temp_dir().join(format!("meshery-password-{}", std::process::id()));
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let spec: ComparisonSpec = serde_json::from_value(serde_json::json!({
        "arms": [{ "name": "none", "mesh": "none" }, { "name": "again", "mesh": "none", "control": true }],
        "rounds": 5, "seed": 1, "upstream": "127.0.0.1:9",
        "telemetry": {
            "prometheus": format!("http://127.0.0.1:{port}"),
            "credentials": { "user": USER, "password_file": file },
            "components": [{ "name": "machine", "role": "node", "recipe": "node-exporter", "matchers": "job=\"node\"" }],
        },
    }))
    .unwrap();
    scraped(&Prometheus::new(endpoint(port)).unwrap()).await;
    let found = compare(&spec, &Busy, &Bare, &Context::default()).await.unwrap();
    let (runs, memory) = (found.arms.iter().flat_map(|arm| &arm.runs), machine().1);
    for run in runs {
        assert_eq!(run.error, None);
        let used = &run.processes[0];
        assert_eq!((used.name.as_str(), used.role), ("machine", Role::Node));
        assert!(used.cpu > Duration::from_millis(300), "a processor was kept busy for a second: {used:?}");
    }
    let effect = found.effect("again", "node.memory").unwrap();
    assert_eq!((effect.runs, effect.unit), (5, Unit::Bytes));
    assert!((effect.arm_value.unwrap() / memory - 1.0).abs() < 0.2, "{effect:?}");
    assert!(found.effect("again", "node.cpu_per_1000_requests").unwrap().arm_value.unwrap() > 300e3);
    assert!(found.effect("again", "memory").is_none(), "a machine is no proxy");

    std::fs::write(&file, "guess").unwrap();
    let spec = ComparisonSpec { rounds: 1, ..spec };
    let refused = compare(&spec, &Busy, &Bare, &Context::default()).await.unwrap();
    let error = refused.arms[0].runs[0].error.as_ref().unwrap();
    assert_eq!(error.code, ErrorKind::Refused, "{error}");
    assert!(error.place.as_deref().unwrap().starts_with("telemetry"), "{error}");
    assert!(!serde_json::to_string(&refused).unwrap().contains("guess"));
    std::fs::remove_file(&file).unwrap();
    let error = compare(&spec, &Busy, &Bare, &Context::default()).await.unwrap_err();
    assert_eq!(error.report().place.as_deref(), Some("telemetry.credentials.password_file"));
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
