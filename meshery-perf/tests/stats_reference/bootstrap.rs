//! Bootstrap intervals against SciPy's, within six standard deviations of their seeds.

use meshery_perf::stats::estimate::bootstrap::{Bootstrap, difference_of_medians, log_ratio_of_means};
use serde_json::Value;

use super::data::{Checks, reference, sample};

#[test]
fn every_interval() {
    let Some(reference) = reference() else { return };
    let mut checks = Checks::new();
    for case in reference["bootstrap"].as_array().unwrap() {
        checks.case(&case["pair"]);
        let pairs = reference["pairs"].as_array().unwrap();
        // Some cases refer to samples that the open file does not hold.
        let Some(pair) = pairs.iter().find(|pair| pair["id"] == case["pair"]) else { continue };
        compare(&mut checks, case, &sample(&pair["x"]), &sample(&pair["y"]));
    }
    checks.done(24);
}

fn compare(checks: &mut Checks, case: &Value, x: &[f64], y: &[f64]) {
    let statistic = match case["statistic"].as_str().unwrap() {
        "log_ratio_of_means" => log_ratio_of_means,
        "median_difference" => difference_of_medians,
        unknown => panic!("unknown statistic {unknown}"),
    };
    let found = Bootstrap { resamples: 20_000, seed: 1 }.independent(x, y, statistic).unwrap();
    checks.near("point", found.point, &case["point"], 1e-9);
    let interval = match case["method"].as_str().unwrap() {
        "percentile" => found.percentile(0.95).unwrap(),
        "basic" => found.basic(0.95).unwrap(),
        "BCa" => found.bias_corrected(0.95).unwrap().unwrap(),
        unknown => panic!("unknown method {unknown}"),
    };
    for (name, end) in [("lo", interval.low), ("hi", interval.high)] {
        let number = |what: &str| case[format!("{name}_{what}")].as_f64().unwrap();
        let within = (end - number("mean")).abs() <= 6.0 * number("sd") + 1e-12;
        checks.equal(
            &format!("{} {} {name} {end} {} {}", case["statistic"], case["method"], number("mean"), number("sd")),
            &within,
            &true,
        );
    }
}
