//! A comparison as a release gives it: no mesh and a mesh, five runs each.

use std::time::Duration;

use meshery_core::comparison::{Arm, End, Environment, FORMAT, ProcessUse, Run};
use meshery_core::load::Tool;
use meshery_core::plan::Role;
use meshery_core::{ArmSpec, Comparison, ComparisonSpec, Fate, LoadSpec, Measurement, Rate};

pub(crate) fn comparison(number: u64) -> Comparison {
    let specs = vec![ArmSpec::new("none", "none"), ArmSpec::new("envoy", "envoy")];
    let arm =
        |spec: &ArmSpec| Arm { runs: (1..=5).map(|block| run(number, block)).collect(), ..Arm::new(spec.clone()) };
    Comparison {
        format: FORMAT,
        tool: Tool { name: "bench".into(), version: "1".into() },
        arms: specs.iter().map(arm).collect(),
        spec: ComparisonSpec { arms: specs, ..ComparisonSpec::default() },
        seed: number,
        started_unix_ns: 1_700_000_000_000_000_000 + number * 86_400_000_000_000,
        took: Duration::from_secs(60),
        environment: Environment::default(),
        upstream: None,
        effects: Vec::new(),
        warnings: Vec::new(),
        end: End::Complete,
    }
}

fn run(number: u64, block: u32) -> Run {
    let mut measurement =
        Measurement::new(Tool { name: "bench".into(), version: "1".into() }, &LoadSpec::new("http://t/"));
    measurement.throughput = Rate::per_second(2000.0).ok();
    let wobble = (number * 31 + u64::from(block) * 17) % 97;
    for part in 0..5000_u64 {
        measurement.measured.counts.add(Fate::Ok, Some(200));
        measurement.measured.response.record_nanos((1_000_000 + wobble * 1000) * (1000 + part) / 1000);
        measurement.measured.service.record_nanos(1_000_000);
    }
    let used = |name: &str| ProcessUse {
        name: name.into(),
        role: Role::Proxy,
        cpu: Duration::from_millis(400 + wobble),
        memory_bytes: (60 << 20) + wobble * 4096,
        peak_memory_bytes: 70 << 20,
    };
    Run {
        block,
        order: block,
        measurement: Some(measurement),
        processes: vec![used("client"), used("server")],
        propagation: None,
        error: None,
    }
}
