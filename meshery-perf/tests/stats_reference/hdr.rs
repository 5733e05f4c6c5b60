//! Histograms as other ports of HdrHistogram write them.

use std::collections::BTreeMap;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use serde_json::Value;

use super::data::{Checks, recipe, reference};

#[test]
fn every_histogram() {
    let Some(reference) = reference() else { return };
    let (mut checks, mut read) = (Checks::new(), BTreeMap::new());
    for case in reference["hdr_histograms"].as_array().unwrap() {
        checks.case(&case["id"]);
        if let Some(text) = case["encoded_v2_deflate_base64"].as_str() {
            let bytes = STANDARD.decode(text).unwrap();
            let found: Histogram<u64> = Deserializer::new().deserialize(&mut Cursor::new(bytes)).unwrap();
            figures(&mut checks, &found, case);
            figures(&mut checks, &recorded(case), case);
            read.insert(case["id"].as_str().unwrap(), found);
        } else {
            // A merge; some refer to histograms that the open file does not hold.
            let parts: Option<Vec<&Histogram<u64>>> =
                case["of"].as_array().unwrap().iter().map(|id| read.get(id.as_str().unwrap())).collect();
            let Some(parts) = parts else { continue };
            let mut merged = parts[0].clone();
            merged.add(parts[1]).unwrap();
            quantiles(&mut checks, &merged, case);
        }
    }
    checks.done(40);
}

fn recorded(case: &Value) -> Histogram<u64> {
    let number = |key: &str| case[key].as_u64().unwrap();
    let mut histogram = Histogram::new_with_bounds(number("low"), number("high"), number("sigfig") as u8).unwrap();
    for value in recipe(&case["recipe"]) {
        histogram.record(value as u64).unwrap();
    }
    histogram
}

fn figures(checks: &mut Checks, found: &Histogram<u64>, case: &Value) {
    checks.equal("min", &Some(found.min()), &case["min"].as_u64());
    checks.equal("max", &Some(found.max()), &case["max"].as_u64());
    checks.near("mean", found.mean(), &case["mean"], 10_f64.powi(-(case["sigfig"].as_i64().unwrap() as i32)));
    quantiles(checks, found, case);
    for (q, exact) in case["exact"].as_object().unwrap() {
        let quantile = found.value_at_quantile(q.parse().unwrap()) as f64;
        checks.near(&format!("exact {q}"), quantile, exact, 10_f64.powi(-(case["sigfig"].as_i64().unwrap() as i32)));
    }
}

fn quantiles(checks: &mut Checks, found: &Histogram<u64>, case: &Value) {
    checks.equal("count", &Some(found.len()), &case["count"].as_u64());
    for (q, expected) in case["p"].as_object().unwrap() {
        checks.equal(&format!("p {q}"), &Some(found.value_at_quantile(q.parse().unwrap())), &expected.as_u64());
    }
}
