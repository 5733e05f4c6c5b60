//! Readers on what the tools really wrote, and writers on what readers can say of them.
//!
//! The fixtures are what fortio 1.66.5, k6 1.8.1, oha 1.16.0 and hdrhistogram-go 1.4.0 wrote against an nginx on loopback;
//! that of wrk2 is the output its README shows.

use std::path::Path;
use std::time::Duration;

use meshery_core::load::Tool;
use meshery_core::measurement::Doubt;
use meshery_core::{ErrorKind, Fate, LoadSpec, Measurement, Pace, Rate};
use meshery_perf::exchange::{Asked, FORMATS, Hints, LARGEST, Outcome, Over, Shape, Timing, Unit, by_name};
use proptest::prelude::*;

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/exchange").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What format a fixture has, and what must be known to read it.
fn fixtures() -> Vec<(&'static str, &'static str, Hints)> {
    let unit = |unit| Hints { unit: Some(unit), ..Hints::default() };
    vec![
        ("fortio", "fortio-1.66.5-count.json", Hints::default()),
        ("fortio", "fortio-1.66.5-mixed.json", Hints::default()),
        ("fortio", "fortio-1.66.5-refused.json", Hints::default()),
        ("hdr-log", "hdrhistogram-go-microseconds.hlog", unit(Unit::Microseconds)),
        ("hgrm", "hdrhistogram-go-milliseconds.hgrm", unit(Unit::Milliseconds)),
        ("k6", "k6-1.8.1-export.json", Hints::default()),
        ("k6", "k6-1.8.1-handle-summary.json", Hints::default()),
        ("k6", "k6-1.8.1-machine-readable.json", Hints::default()),
        ("oha", "oha-1.16.0-mixed.json", Hints::default()),
        ("oha", "oha-1.16.0-refused.json", Hints::default()),
        ("wrk2", "wrk2-readme.txt", Hints::default()),
    ]
}

fn read(name: &str) -> Outcome {
    let (format, name, hints) = fixtures().into_iter().find(|(_, file, _)| file.starts_with(name)).unwrap();
    by_name(format).unwrap().read(&fixture(name), hints).unwrap()
}

/// A measurement of 10,000 answered requests from 50 µs to 1.05 s, 20 refused ones and one that timed out.
fn measurement() -> Measurement {
    let mut spec = LoadSpec::new("http://127.0.0.1:8080/items?page=1");
    spec.pace = Pace::Constant(Rate::per_second(1000.0).unwrap());
    let mut measurement = Measurement::new(Tool { name: "meshery".into(), version: "0.1.0".into() }, &spec);
    measurement.started_unix_ns = 1_700_000_000_123_000_000;
    measurement.window = Duration::from_millis(10_021);
    measurement.achieved = Rate::per_second(1000.0).ok();
    let phase = &mut measurement.measured;
    for index in 0..10_000u64 {
        let status = if index % 500 == 0 { (Fate::Status, 503) } else { (Fate::Ok, 200) };
        phase.counts.add(status.0, Some(status.1));
        phase.service.record_nanos(50_000 + index * 90_017);
        phase.response.record_nanos(60_000 + index * 100_003);
        phase.send_lag.record_nanos(10_000 + index);
    }
    phase.counts.add(Fate::Timeout, None);
    phase.response.record(Duration::from_secs(10));
    measurement
}

#[test]
fn formats_are_sorted_and_good_for_something() {
    let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    let error = by_name("jmeter").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    for format in FORMATS {
        assert!(format.reads() || format.writes(), "{}", format.name);
        assert!(error.to_string().contains(format.name));
        if !format.writes() {
            assert_eq!(format.write(&Outcome::default()).unwrap_err().kind(), ErrorKind::Unsupported);
        }
        if !format.reads() {
            assert_eq!(format.read("", Hints::default()).unwrap_err().kind(), ErrorKind::Unsupported);
        }
    }
}

#[test]
fn every_reader_has_a_genuine_file() {
    for format in FORMATS.iter().filter(|format| format.reads()) {
        assert!(fixtures().iter().any(|(name, ..)| *name == format.name), "{}", format.name);
    }
    for (format, name, hints) in fixtures() {
        let outcome = by_name(format).unwrap().read(&fixture(name), hints).unwrap();
        assert!(outcome.requests.is_some() || !outcome.times.is_empty(), "{name}: {outcome:?}");
    }
}

#[test]
fn fortio_says_what_it_says() {
    let outcome = read("fortio-1.66.5-mixed");
    assert_eq!((outcome.tool.as_deref(), outcome.version.as_deref()), (Some("fortio"), Some("1.66.5")));
    assert_eq!(outcome.asked, Some(Asked::Rate(Rate::per_second(200.0).unwrap())));
    assert_eq!((outcome.requests, outcome.connections, outcome.threads), (Some(400), Some(4), None));
    let statuses = outcome.statuses.clone().unwrap();
    assert_eq!(statuses.values().sum::<u64>(), 400);
    assert_eq!(outcome.failed, statuses.get(&503).copied());
    let all = outcome.timed(Timing::Service).unwrap();
    assert_eq!(all.over, Over::Every);
    let Shape::Buckets(buckets) = &all.values.shape else { panic!("{all:?}") };
    assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), 400);
    // Fortio prints a p50 of half a millisecond for a server that answers in 0.15: all it knows is "below 1 ms".
    assert_eq!(all.values.quantile(0.5), None);
    let (above, to) = all.values.bounds(0.5).unwrap();
    assert!(above == all.values.min.unwrap() && to <= Duration::from_millis(1), "{above:?} {to:?}");
    assert!(outcome.times.iter().any(|timed| timed.over == Over::Failed));
    assert!(outcome.timed(Timing::Response).is_none(), "its clock starts at the real send");
    assert_eq!(read("fortio-1.66.5-count").asked, Some(Asked::Closed));
    let refused = read("fortio-1.66.5-refused");
    assert_eq!((refused.requests, refused.failed), (Some(12), Some(12)));
}

#[test]
fn k6_says_the_same_in_all_its_shapes() {
    for name in ["k6-1.8.1-export", "k6-1.8.1-handle-summary", "k6-1.8.1-machine-readable"] {
        let outcome = read(name);
        let (requests, failed) = (outcome.requests.unwrap(), outcome.failed.unwrap());
        assert!(failed * 5 > requests && failed * 3 < requests, "{name}: {failed} of {requests} are a quarter");
        assert!(outcome.statuses.is_none() && outcome.faults.is_none() && outcome.target.is_none());
        let service = outcome.timed(Timing::Service).unwrap();
        let (p50, p90) = (service.values.quantile(0.5).unwrap(), service.values.quantile(0.9).unwrap());
        assert!(p50 < p90 && p90 < Duration::from_millis(1), "{name}: {p50:?} {p90:?}");
        assert_eq!(service.values.quantile(0.75), None);
        assert!(outcome.times.iter().any(|timed| timed.timing == Timing::Service && timed.over == Over::Ok));
        let window = outcome.window.unwrap();
        let rate = outcome.achieved.unwrap().get();
        assert!((rate * window.as_secs_f64() / requests as f64 - 1.0).abs() < 1e-6, "{name}");
    }
    assert_eq!(read("k6-1.8.1-machine").version.as_deref(), Some("1.8.1"));
    assert_eq!(read("k6-1.8.1-export").version, None, "that shape does not tell");
    assert!(read("k6-1.8.1-export").timed(Timing::FirstByte).is_some());
}

#[test]
fn oha_says_what_it_says() {
    let outcome = read("oha-1.16.0-mixed");
    assert_eq!((outcome.requests, outcome.failed), (Some(400), Some(0)), "to oha an answer is a success");
    assert!(outcome.statuses.as_ref().unwrap()[&503] > 50);
    assert!(outcome.timed(Timing::Response).is_none() && outcome.timed(Timing::Service).is_none());
    let whole = &outcome.timed(Timing::Whole).unwrap().values;
    assert_eq!(whole.quantile(0.99), Some(Duration::from_nanos(805_517)));
    assert_eq!(whole.bounds(0.7), Some((Duration::from_nanos(140_709), Duration::from_nanos(201_133))));
    let told = Hints { timing: Some(Timing::Service), ..Hints::default() };
    let told = by_name("oha").unwrap().read(&fixture("oha-1.16.0-mixed.json"), told).unwrap();
    assert!(told.timed(Timing::Service).is_some() && told.timed(Timing::Whole).is_none());
    let refused = read("oha-1.16.0-refused");
    assert_eq!((refused.requests, refused.failed), (Some(10), Some(10)));
    assert!(refused.times.is_empty(), "nothing answered, nothing timed");
    assert_eq!(refused.faults.unwrap()["Connection refused (os error 111)"], 10);
}

#[test]
fn wrk2_says_what_it_says() {
    let outcome = read("wrk2");
    assert_eq!((outcome.requests, outcome.failed), (Some(60_018), Some(0)));
    assert_eq!((outcome.threads, outcome.connections), (Some(2), Some(100)));
    assert_eq!(outcome.window, Some(Duration::from_secs(30)));
    let response = &outcome.timed(Timing::Response).unwrap().values;
    assert_eq!(response.count, Some(39_500), "those after its calibration");
    assert_eq!(response.min, Some(Duration::from_micros(921)));
    // The spectrum has a line at 99.06 % (39,135 of 39,500) and one at 98.91 %: p99 lies between.
    let p99 = (Duration::from_micros(11_135), Duration::from_micros(11_207));
    assert_eq!(response.bounds(0.99), Some(p99));
    assert_eq!(response.quantile(0.99), None);
    let faulty = fixture("wrk2-readme.txt") + "  Socket errors: connect 0, read 3, write 0, timeout 1\n";
    let faulty = by_name("wrk2").unwrap().read(&faulty, Hints::default()).unwrap();
    assert_eq!((faulty.requests, faulty.failed), (None, None), "its faults are not one for each request");
    assert_eq!(faulty.faults.unwrap()["read"], 3);
    let uncorrected =
        fixture("wrk2-readme.txt").replace("Recorded Latency", "Uncorrected Latency (measured without...)");
    let uncorrected = by_name("wrk2").unwrap().read(&uncorrected, Hints::default()).unwrap();
    assert!(uncorrected.timed(Timing::Service).is_some());
    let text = fixture("wrk2-readme.txt");
    let short: Vec<_> = text.lines().filter(|line| !line.starts_with("   ") || line.ends_with('%')).collect();
    let short = short.join("\n");
    let short = short.replace("  Detailed Percentile spectrum:\n", "");
    let short = by_name("wrk2").unwrap().read(&short, Hints::default()).unwrap();
    assert_eq!(short.timed(Timing::Response).unwrap().values.quantile(0.99), Some(Duration::from_micros(11_180)));
}

/// Truth of what hdrhistogram-go was given: 1,000 values in microseconds, of which the smallest is 40, the 500th 396, the
/// 990th 2190 and the largest 4105.
#[test]
fn a_log_and_a_spectrum_of_another_implementation_are_what_it_was_given() {
    let micros = |value: f64| Duration::from_secs_f64(value / 1e6);
    let near = |found: Duration, truth: f64| (found.as_secs_f64() / micros(truth).as_secs_f64() - 1.0).abs() < 0.002;
    let log = read("hdrhistogram-go-micro");
    assert_eq!(log.started_unix_ns, Some(1_700_000_000_000_000_000));
    assert_eq!(log.window, Some(Duration::from_secs(2)));
    let values = &log.timed(Timing::Whole).unwrap().values;
    assert_eq!(values.count, Some(1000));
    for (quantile, truth) in [(0.0, 40.0), (0.5, 396.0), (0.99, 2190.0), (1.0, 4105.0)] {
        assert!(near(values.quantile(quantile).unwrap(), truth), "{quantile}: {:?}", values.quantile(quantile));
    }
    let spectrum = read("hdrhistogram-go-milli");
    let values = &spectrum.timed(Timing::Whole).unwrap().values;
    assert_eq!((values.count, values.min), (Some(1000), Some(micros(40.0))));
    let (above, to) = values.bounds(0.99).unwrap();
    assert!(above <= micros(2190.0) && micros(2190.0) <= to, "{above:?} {to:?}");
    for name in ["hdrhistogram-go-microseconds.hlog", "hdrhistogram-go-milliseconds.hgrm"] {
        let format = if name.ends_with("hlog") { "hdr-log" } else { "hgrm" };
        let error = by_name(format).unwrap().read(&fixture(name), Hints::default()).unwrap_err();
        assert_eq!(error.report().place.as_deref(), Some(format!("{format}: unit").as_str()), "a unit is not guessed");
    }
}

#[test]
fn what_is_written_reads_as_it_was() {
    let measurement = measurement();
    let outcome = Outcome::from(&measurement);
    for name in ["fortio", "hdr-log", "hgrm", "k6"] {
        let format = by_name(name).unwrap();
        let text = format.write(&outcome).unwrap();
        let back = format.read(&text, Hints::default()).unwrap();
        let (was, is) = (&outcome.main().unwrap().values, &back.timed(Timing::Response).unwrap().values);
        assert_eq!(is.count, was.count, "{name}");
        for quantile in [0.5, 0.9, 0.99] {
            let (above, to) = is.bounds(quantile).unwrap();
            let truth = was.quantile(quantile).unwrap();
            assert!(above <= truth && truth <= to, "{name}: {quantile}: {truth:?} is not in {above:?}..={to:?}");
        }
        if name == "hdr-log" {
            assert_eq!(back.times.len(), outcome.times.len());
            assert_eq!(is.latencies(), Some(&measurement.measured.response), "exact");
            assert_eq!(back.started_unix_ns, outcome.started_unix_ns);
        } else {
            assert_eq!(is.latencies(), None, "{name}: a grid is not a histogram");
        }
    }
}

#[test]
fn a_fortio_file_keeps_all_that_it_can_say() {
    let outcome = Outcome::from(&measurement());
    let text = by_name("fortio").unwrap().write(&outcome).unwrap();
    let back = by_name("fortio").unwrap().read(&text, Hints::default()).unwrap();
    assert_eq!(
        (&back.tool, &back.version, &back.target, back.started_unix_ns, back.window),
        (&outcome.tool, &outcome.version, &outcome.target, outcome.started_unix_ns, outcome.window)
    );
    assert_eq!((back.requests, back.failed, &back.statuses), (Some(10_001), Some(21), &outcome.statuses));
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let histogram = &document["DurationHistogram"];
    let data = histogram["Data"].as_array().unwrap();
    assert!((20..400).contains(&data.len()), "{} bars to draw", data.len());
    assert_eq!(data.last().unwrap()["Percent"], 100.0);
    let p99 = histogram["Percentiles"].as_array().unwrap().iter().find(|p| p["Percentile"] == 99.0).unwrap();
    let truth = outcome.main().unwrap().values.quantile(0.99).unwrap().as_secs_f64();
    assert!((p99["Value"].as_f64().unwrap() - truth).abs() < 1e-9, "the true one, not a line through a bucket");
}

#[test]
fn no_writer_says_more_than_it_was_told() {
    // Of these, k6 and oha know percentiles by name, fortio and wrk2 buckets: neither makes an exact histogram.
    for name in ["fortio-1.66.5-mixed", "k6-1.8.1-export", "oha-1.16.0-mixed", "wrk2"] {
        let outcome = read(name);
        for format in ["hdr-log", "hgrm"] {
            let error = by_name(format).unwrap().write(&outcome).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{name} as {format}");
        }
        let fortio = by_name("fortio").unwrap().write(&outcome);
        assert_eq!(fortio.is_ok(), name.starts_with("fortio") || name == "wrk2", "{name}: {fortio:?}");
        let metrics = by_name("openmetrics").unwrap().write(&outcome).unwrap();
        assert_eq!(metrics.contains("_bucket{"), !name.starts_with('k') && !name.starts_with('o'), "{name}");
        let table = by_name("csv").unwrap().write(&outcome).unwrap();
        assert!(table.lines().any(|line| line == "threads,,,,") || name == "wrk2", "{name}: not known, not zero");
    }
    let empty = by_name("k6").unwrap().write(&Outcome::default()).unwrap();
    assert!(!empty.contains("http_req"), "{empty}");
}

#[test]
fn what_is_not_known_makes_no_measurement() {
    let spec = || LoadSpec::new("http://127.0.0.1/");
    for (name, lacks) in [("k6-1.8.1-export", "version"), ("oha-1.16.0-mixed", "start"), ("wrk2", "start")] {
        let error = read(name).measurement(&spec()).unwrap_err();
        assert!(error.kind() == ErrorKind::Unsupported && error.to_string().contains(lacks), "{name}: {error}");
    }
    let fortio = read("fortio-1.66.5-mixed").measurement(&spec()).unwrap();
    assert!(fortio.measured.counts.is_conserved() && fortio.measured.counts.scheduled == 400);
    assert!(fortio.measured.response.is_empty() && fortio.measured.service.is_empty());
    assert!(fortio.validity.warnings.iter().all(|reason| reason.code == Doubt::Unknown));
    assert_eq!(fortio.validity.warnings.len(), 1);
    assert!(fortio.validity.warnings[0].to_string().contains("no response, no service"));
    let refused = read("fortio-1.66.5-refused").measurement(&spec()).unwrap();
    assert_eq!(refused.measured.counts.of(Fate::Unspecified), 12);
    let own = measurement();
    let back = Outcome::from(&own).measurement(&own.spec).unwrap();
    assert_eq!(
        (back.measured.response.clone(), back.measured.counts.clone()),
        (own.measured.response, own.measured.counts)
    );
}

#[test]
fn no_credential_reaches_an_output() {
    let secret = "S3CR3T";
    let mut own = measurement();
    own.spec.target = format!("http://user:{secret}@127.0.0.1/?api_key={secret}&page=1");
    own.spec.request = serde_json::json!({
        "headers": [["authorization", format!("Bearer {secret}")], ["cookie", format!("session={secret}")]],
        "body": secret,
    });
    let planted = |name: &str, change: &dyn Fn(String) -> String| {
        let (format, name, hints) = fixtures().into_iter().find(|(_, file, _)| file.starts_with(name)).unwrap();
        by_name(format).unwrap().read(&change(fixture(name)), hints).unwrap()
    };
    let outcomes = [
        Outcome::from(&own),
        planted("fortio-1.66.5-mixed", &|text| {
            let text = text.replace(r#""UserCredentials": """#, &format!(r#""UserCredentials": "u:{secret}""#));
            let text = text.replace(r#""Payload": """#, &format!(r#""Payload": "{secret}""#));
            let url = format!("http://u:{secret}@127.0.0.1/?token={secret}");
            let changed = text
                .replace("http://127.0.0.1:18899/mixed", &url)
                .replace(r#""503":"#, &format!(r#""Bearer {secret}":"#));
            assert_eq!(changed.matches(secret).count(), 5);
            changed
        }),
        planted("oha-1.16.0-refused", &|text| {
            text.replace("Connection refused", &format!("http://u:{secret}@h/ refused"))
        }),
        planted("k6-1.8.1-machine", &|text| text.replace(r#""script": ""#, &format!(r#""script": "{secret}"#))),
        planted("wrk2", &|text| {
            text.replace("127.0.0.1:80/index.html", &format!("u:{secret}@127.0.0.1/?sig={secret}"))
        }),
    ];
    let mut written = 0;
    for outcome in &outcomes {
        for format in FORMATS.iter().filter(|format| format.writes()) {
            let Ok(text) = format.write(outcome) else { continue };
            assert!(!text.contains(secret), "{}: {text}", format.name);
            written += 1;
        }
    }
    assert!(written >= 17, "{written} outputs were looked through");
}

#[test]
fn bad_input_names_its_place() {
    let large = " ".repeat(LARGEST + 1);
    let fortio = fixture("fortio-1.66.5-count.json");
    let spectrum = fixture("wrk2-readme.txt");
    let log = fixture("hdrhistogram-go-microseconds.hlog");
    let cases: [(&str, String, ErrorKind, &str); 14] = [
        ("fortio", large, ErrorKind::LimitExceeded, "fortio"),
        ("fortio", fortio[..500].into(), ErrorKind::Syntax, "fortio"),
        ("fortio", "{}".into(), ErrorKind::InvalidInput, "fortio: DurationHistogram"),
        (
            "fortio",
            fortio.replace("\"Min\": 0", "\"Min\": -1"),
            ErrorKind::InvalidInput,
            "fortio: DurationHistogram.Min",
        ),
        (
            "fortio",
            fortio.replace("\"StartTime\": \"2", "\"StartTime\": \"x"),
            ErrorKind::InvalidInput,
            "fortio: StartTime",
        ),
        ("k6", "[]".into(), ErrorKind::InvalidInput, "k6"),
        ("k6", "{}".into(), ErrorKind::InvalidInput, "k6: metrics"),
        ("k6", r#"{"version":"2.0.0"}"#.into(), ErrorKind::VersionUnsupported, "k6: version"),
        (
            "k6",
            r#"{"metrics":{"http_reqs":{"count":1.5}}}"#.into(),
            ErrorKind::InvalidInput,
            "k6: metrics.http_reqs.count",
        ),
        ("oha", r#"{"summary":{"total":-1}}"#.into(), ErrorKind::InvalidInput, "oha: summary.total"),
        ("wrk2", "hello".into(), ErrorKind::InvalidInput, "wrk2: requests"),
        (
            "wrk2",
            spectrum.replace("11.807     0.998633        39447", "11.807     0.998633        1"),
            ErrorKind::InvalidInput,
            "wrk2: line 69",
        ),
        ("hdr-log", log.replace("0.000000,1.000000", "zero,1.000000"), ErrorKind::InvalidInput, "hdr-log: line 6"),
        ("hdr-log", log.replace("HISTFAAAAW", "HISTFAAAAX"), ErrorKind::InvalidInput, "hdr-log: line 7"),
    ];
    for (format, text, kind, place) in cases {
        let hints = Hints { unit: Some(Unit::Microseconds), ..Hints::default() };
        let error = by_name(format).unwrap().read(&text, hints).unwrap_err();
        assert_eq!((error.kind(), error.report().place.as_deref()), (kind, Some(place)), "{error}");
    }
}

/// What the text format asks for: a head before every sample, families in one piece, buckets that rise, the end mark.
#[test]
fn open_metrics_are_well_formed() {
    for outcome in [Outcome::from(&measurement()), read("fortio-1.66.5-mixed"), read("k6-1.8.1-export"), read("wrk2")] {
        let text = by_name("openmetrics").unwrap().write(&outcome).unwrap();
        let (body, end) = text.split_at(text.len() - "# EOF\n".len());
        assert_eq!(end, "# EOF\n");
        let (mut families, mut family, mut last) = (Vec::new(), String::new(), (String::new(), 0.0));
        for line in body.lines() {
            if let Some(head) = line.strip_prefix("# TYPE ") {
                family = head.split(' ').next().unwrap().to_owned();
                assert!(!families.contains(&family), "{family} twice");
                families.push(family.clone());
            } else if !line.starts_with("# ") {
                assert!(line.starts_with(&family), "{line} under {family}");
                let (name, value) = line.rsplit_once(' ').unwrap();
                let value: f64 = value.parse().unwrap();
                let series = name.split("le=").next().unwrap().to_owned();
                if name.contains("_bucket{") {
                    assert!(series != last.0 || value >= last.1, "{line}");
                    last = (series, value);
                }
            }
        }
        assert!(families.len() > 3, "{families:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn garbage_is_refused_or_read(text in "\\PC{0,200}", unit in prop::bool::ANY) {
        for format in FORMATS.iter().filter(|format| format.reads()) {
            let _ = format.read(&text, Hints { unit: unit.then_some(Unit::Microseconds), timing: None });
        }
    }

    /// A genuine file with a stretch of it replaced: the harder garbage.
    #[test]
    fn spoiled_files_are_refused_or_read(which in 0usize..11, at in 0.0f64..1.0, length in 0usize..40, patch in "[-0-9a-zA-Z{}\\[\\]\",.:+/=# \n]{0,12}") {
        let (format, name, hints) = fixtures().swap_remove(which);
        let mut bytes = fixture(name).into_bytes();
        let start = (bytes.len() as f64 * at) as usize;
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, patch.into_bytes());
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(outcome) = by_name(format).unwrap().read(&text, hints) {
            for format in FORMATS.iter().filter(|format| format.writes()) {
                let _ = format.write(&outcome);
            }
            let _ = outcome.measurement(&LoadSpec::new("http://127.0.0.1/"));
        }
    }
}
