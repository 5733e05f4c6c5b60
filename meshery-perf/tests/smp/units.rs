//! Seconds under a name that ends in `_ms`.

use meshery_perf::exchange::smp::{Noticed, read};
use serde_json::{Value, json};

use super::dialects::fixture;

/// A result with these latencies, rate and connections, and what became of its unit.
fn unit(latencies: &Value, rest: &Value, client: &Value) -> (Vec<Noticed>, Option<f64>) {
    let mut result = json!({
        "latencies_ms": latencies, "start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T00:00:30Z",
    });
    result.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    let bundle = json!({ "performance_test_result": result, "performance_test_config": { "clients": [client] } });
    let reading = read(&bundle.to_string()).unwrap();
    let codes = reading.warnings.iter().map(|warning| warning.code).collect();
    (codes, reading.document.performance_test_result.unwrap().latencies_ms.unwrap().average)
}

#[test]
fn seconds_are_converted_on_evidence_and_never_in_silence() {
    use Noticed::{Placeholder, UnitAmbiguous, UnitRepaired};
    let none = json!({});
    let fortio = json!({ "load_generator": "fortio", "connections": 4 });
    let slow = json!({ "load_generator": "fortio", "connections": 4, "rps": "200" });
    let behind = json!({ "load_generator": "fortio", "connections": 4, "rps": "2000" });
    let nighthawk = json!({ "load_generator": "nighthawk", "connections": 4 });
    let grain = json!({ "min": 0.001_234_567, "average": 0.02, "max": 0.098_765_431 });
    let millis = json!({ "min": 1.234_567, "average": 20.0, "max": 98.765_431 });
    let exports = json!({ "details_uri": "test_details", "env_id": "test_envID" });
    let label = json!({ "labels": { "meshery/latency.unit": "ms" } });
    for (latencies, rest, client, expected) in [
        (&grain, &none, &none, (vec![UnitRepaired], Some(20.0))),
        (&millis, &none, &fortio, (vec![], Some(20.0))),
        (&json!({ "average": 0.02 }), &none, &none, (vec![UnitAmbiguous], Some(0.02))),
        (&json!({ "average": 0.02 }), &json!({ "actual_qps": 199.0 }), &fortio, (vec![UnitRepaired], Some(20.0))),
        (&json!({ "average": 0.02 }), &json!({ "actual_qps": 199.0 }), &slow, (vec![UnitAmbiguous], Some(0.02))),
        (&json!({ "average": 0.02 }), &json!({ "actual_qps": 199.0 }), &behind, (vec![UnitRepaired], Some(20.0))),
        (&json!({ "average": 0.02 }), &json!({ "actual_qps": 199.0 }), &nighthawk, (vec![UnitAmbiguous], Some(0.02))),
        (&json!({ "average": 0.02 }), &json!({ "actual_qps": 20.0 }), &fortio, (vec![UnitAmbiguous], Some(0.02))),
        (&json!({ "average": 0.5 }), &json!({ "actual_qps": 5000.0 }), &fortio, (vec![], Some(0.5))),
        (&json!({ "average": 0.5, "max": 40.0 }), &none, &none, (vec![], Some(0.5))),
        (&json!({ "average": 0.02 }), &exports, &none, (vec![Placeholder, Placeholder, UnitRepaired], Some(20.0))),
        (&grain, &label, &none, (vec![UnitAmbiguous], Some(0.02))),
        (&json!({ "average": 0.02 }), &label, &none, (vec![], Some(0.02))),
    ] {
        assert_eq!(unit(latencies, rest, client), expected, "{latencies} {rest} {client}");
    }
    let mut more = json!({ "average": 0.02, "p75": 0.031, "p99.9": 0.25, "count": 12 });
    let document = json!({ "details_uri": "test_details", "env_id": "test_envID", "latencies_ms": more }).to_string();
    let found = read(&document).unwrap().document.performance_test_result.unwrap().latencies_ms;
    for (name, millis) in [("average", 20.0), ("p75", 31.0), ("p99.9", 250.0)] {
        more[name] = millis.into();
    }
    assert_eq!(serde_json::to_value(found).unwrap(), more, "percentiles without a field are converted, a count is not");
    let export = fixture("meshery-export.yaml");
    assert_eq!(export.document.performance_test_result.unwrap().latencies_ms.unwrap().p99, Some(11.0));
}
