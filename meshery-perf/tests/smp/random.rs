//! Documents at random.

use std::collections::BTreeMap;

use meshery_perf::exchange::smp::units::UNIT_LABEL;
use meshery_perf::exchange::smp::{Document, Noticed, read};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::proto::{Kind, NAMES, TOP, fields, strict};

/// Any value of a kind of field, as this crate writes it.
fn value(kind: Kind) -> BoxedStrategy<Value> {
    let text = || "\\PC{0,12}".prop_map(Value::from);
    match kind {
        Kind::Amount => {
            prop_oneof![Just(0.0), 0.0..1e7_f64, 0.0..1e-3_f64, Just(f64::MAX)].prop_map(Value::from).boxed()
        }
        Kind::Flag => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Int => (0..=i32::MAX).prop_map(Value::from).boxed(),
        Kind::Long => (0..=i64::MAX).prop_map(|number| number.to_string().into()).boxed(),
        Kind::Map => {
            proptest::collection::btree_map("[a-zA-Z/._-]{1,8}", "\\PC{0,12}", 1..3).prop_map(|map| json!(map)).boxed()
        }
        Kind::Name(of) => {
            let names = NAMES.iter().find(|(name, _)| *name == of).unwrap().1;
            select(names).prop_map(Value::from).boxed()
        }
        Kind::Text => text().boxed(),
        Kind::Texts => proptest::collection::vec(text(), 1..3).prop_map(Value::from).boxed(),
        Kind::Time => (0..2_000_000_000_u32).prop_map(time).boxed(),
        Kind::Message(of) => message(of, false).prop_map(Value::from).boxed(),
        Kind::List(of) => proptest::collection::vec(message(of, false), 1..3).prop_map(|list| json!(list)).boxed(),
    }
}

/// A time as this crate writes it.
fn time(seconds: u32) -> Value {
    OffsetDateTime::from_unix_timestamp(seconds.into()).unwrap().format(&Rfc3339).unwrap().into()
}

/// Any message, perhaps with members that the proto does not have.
fn message(name: &str, strange: bool) -> BoxedStrategy<Map<String, Value>> {
    let named = |(field, kind): &(&'static str, Kind)| {
        let field = *field;
        proptest::option::weighted(0.4, value(*kind)).prop_map(move |value| Some((field.to_owned(), value?)))
    };
    let known: Vec<_> = fields(name).iter().map(named).collect();
    let strangers = if strange { 0..3_usize } else { 0..1 };
    (known, proptest::collection::btree_map("x_[a-z]{1,6}", stranger(), strangers))
        .prop_map(|(known, strangers)| known.into_iter().flatten().chain(strangers).collect())
        .boxed()
}

/// Anything that JSON can say.
fn stranger() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), "\\PC{0,8}".prop_map(Value::from)];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{1,6}", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
    .boxed()
}

/// Any document; its latencies are said to be milliseconds, so that nothing is converted.
fn document(strange: bool) -> BoxedStrategy<Value> {
    let part = move |(field, name): (&'static str, &'static str)| {
        proptest::option::weighted(0.7, message(name, strange)).prop_map(move |value| Some((field.to_owned(), value?)))
    };
    let parts: Vec<_> = TOP.into_iter().map(part).collect();
    let whole = parts.prop_map(|parts| {
        let mut parts: BTreeMap<String, Map<String, Value>> = parts.into_iter().flatten().collect();
        if let Some(labels) =
            parts.get_mut("performance_test_result").map(|result| result.entry("labels").or_insert(json!({})))
        {
            labels[UNIT_LABEL] = "ms".into();
        }
        json!(parts)
    });
    whole
        .prop_filter("a document has a message", |whole| whole.as_object().is_some_and(|parts| !parts.is_empty()))
        .boxed()
}

/// The same with the names that the JSON mapping prefers.
fn in_camel_case(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (camel(name), in_camel_case(value))).collect(),
        Value::Array(items) => items.iter().map(in_camel_case).collect(),
        other => other.clone(),
    }
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |done, part| done + &part[..1].to_uppercase() + &part[1..])
}

/// A result with a smallest and a largest time, in a unit of so many nanoseconds.
fn measured(min: u64, more: u64, unit: f64, rate: u32) -> Value {
    let time = |nanos: u64| nanos as f64 / unit;
    json!({
        "start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T00:01:00Z", "actual_qps": f64::from(rate),
        "latencies_ms": { "min": time(min), "average": time(min + more / 3), "max": time(min + more) },
    })
}

proptest! {
    #[test]
    fn nothing_is_lost(value in document(true)) {
        let reading = read(&value.to_string()).unwrap();
        prop_assert_eq!(&reading.warnings, &[]);
        prop_assert_eq!(&serde_json::to_value(&reading.document).unwrap(), &value);
        let again = read(&reading.document.to_json().unwrap()).unwrap();
        prop_assert_eq!((again.dialect, &again.document), ("current", &reading.document));
        prop_assert_eq!(&serde_json::from_value::<Document>(value).unwrap(), &reading.document);
    }

    #[test]
    fn what_is_written_is_protobuf(value in document(false)) {
        let document = read(&value.to_string()).unwrap().document;
        for (field, message) in TOP {
            let Some(part) = serde_json::to_value(&document).unwrap().get(field).cloned() else { continue };
            let known = strict(message, &part.to_string()).map_err(TestCaseError::fail)?;
            // What protobuf itself writes, with names in camel case and without defaults, is read as the same.
            let theirs = serde_json::to_value(&known).unwrap();
            let bundle = json!({ field: theirs });
            let ours = serde_json::to_value(read(&bundle.to_string()).unwrap().document).unwrap();
            let ours = ours.get(field).cloned().unwrap_or(json!({})).to_string();
            let again = strict(message, &ours).map_err(TestCaseError::fail)?;
            prop_assert_eq!(serde_json::to_value(&again).unwrap(), theirs);
        }
    }

    #[test]
    fn both_spellings_are_one_document(latency in message("Latency", false), node in message("Node", false)) {
        let value = json!({
            "performance_test_result": { "latencies_ms": latency, "labels": { "meshery/latency.unit": "ms" } },
            "environment_config": { "nodes": [node] },
        });
        let mut other = in_camel_case(&value);
        other["performanceTestResult"]["labels"] = value["performance_test_result"]["labels"].clone();
        prop_assert_eq!(read(&value.to_string()).unwrap().document, read(&other.to_string()).unwrap().document);
    }

    #[test]
    fn a_unit_is_converted_once(
        latency in message("Latency", false), rate in 0.1..1e5_f64, connections in 1..1000, export: bool,
    ) {
        let mut result = json!({ "latencies_ms": latency, "actual_qps": rate });
        if export {
            result["details_uri"] = "test_details".into();
            result["env_id"] = "test_envID".into();
        }
        let config = json!({ "clients": [{ "connections": connections }] });
        let value = json!({ "performance_test_result": result, "performance_test_config": config });
        let first = read(&value.to_string()).unwrap();
        let again = read(&first.document.to_json().unwrap()).unwrap();
        prop_assert_eq!(&again.document, &first.document);
        let changed = first.document.performance_test_result.as_ref().unwrap().latencies_ms
            != serde_json::from_value(json!(latency)).ok();
        let said = first.warnings.iter().any(|warning| warning.code == Noticed::UnitRepaired);
        let zero = latency.values().all(|value| value.as_f64() == Some(0.0));
        prop_assert!(changed == said || zero, "{:?}", first.warnings);
    }

    /// Readings of a clock in nanoseconds, as milliseconds, of a load that kept its rate.
    #[test]
    fn milliseconds_stay(min in 1_000..10_000_000_u64, more in 0..2_000_000_000_u64, rate in 1..100_000_u32, connections in 1..64) {
        let value = measured(min, more, 1e6, rate);
        let config = json!({ "clients": [{ "connections": connections, "rps": rate, "load_generator": "fortio" }] });
        let reading = read(&json!({ "performance_test_result": value, "performance_test_config": config }).to_string()).unwrap();
        let found = serde_json::to_value(reading.document.performance_test_result.unwrap().latencies_ms).unwrap();
        prop_assert_eq!(&found, &value["latencies_ms"]);
    }

    /// The same as seconds: they are converted, if only because whole nanoseconds are whole in seconds alone.
    #[test]
    fn seconds_become_milliseconds(min in 1_000..10_000_000_u64, more in 0..2_000_000_000_u64, rate in 1..100_000_u32) {
        prop_assume!(min % 1000 != 0 && (min + more) % 1000 != 0);
        let reading = read(&measured(min, more, 1e9, rate).to_string()).unwrap();
        prop_assert!(reading.warnings.iter().any(|warning| warning.code == Noticed::UnitRepaired));
        let found = serde_json::to_value(reading.document.performance_test_result.unwrap().latencies_ms).unwrap();
        for (field, expected) in measured(min, more, 1e6, rate)["latencies_ms"].as_object().unwrap() {
            let (found, expected) = (found[field].as_f64().unwrap(), expected.as_f64().unwrap());
            prop_assert!((found / expected - 1.0).abs() < 1e-9, "{} {} {}", field, found, expected);
        }
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,60}", name in select(vec!["test", "client", "runnerResults", "labels"])) {
        let _ = read(&text);
        let _ = read(&format!("{name}: {text}"));
        let _ = read(&json!({ name: [text], "clients": text }).to_string());
    }
}
