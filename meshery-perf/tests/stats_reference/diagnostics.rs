//! Series diagnostics against statsmodels and SciPy.

use meshery_perf::stats::series::adf::{self, Adf};
use meshery_perf::stats::series::autocorrelation::{LjungBox, autocorrelation};
use meshery_perf::stats::series::effective_sample_size::EffectiveSampleSize;
use meshery_perf::stats::series::kpss::{self, Kpss};
use meshery_perf::stats::series::mann_kendall::MannKendall;
use meshery_perf::stats::series::mser::Mser;
use meshery_perf::stats::series::spearman::Spearman;
use serde_json::Value;

use super::data::{Checks, numbers, reference, sample};

const REL: f64 = 1e-9;
const ASYMPTOTIC: f64 = 1e-6;
const ADF_KPSS: f64 = 1e-6;
const ADF_P_ABS: f64 = 1e-4;

#[test]
fn every_diagnostic() {
    let Some(reference) = reference() else { return };
    let mut checks = Checks::new();
    for case in reference["diagnostics"].as_array().unwrap() {
        checks.case(&case["id"]);
        let (values, expected) = (sample(&case["x"]), &case["expected"]);
        stationarity(&mut checks, &values, expected);
        dependence(&mut checks, &values, expected);
        settling(&mut checks, &values, expected);
    }
    checks.done(200);
}

fn stationarity(checks: &mut Checks, values: &[f64], expected: &Value) {
    for (name, lags) in [("adf_c_lag4", adf::Lags::Fixed(4)), ("adf_c_aic", adf::Lags::Akaike)] {
        let expected = &expected[name];
        let Some(found) = checks.both(name, Adf::of(values, lags).unwrap(), expected) else { continue };
        checks.near(name, found.statistic, &expected["stat"], ADF_KPSS);
        let p = expected["p"].as_f64().unwrap();
        checks.equal(&format!("{name} p {} {p}", found.p), &((found.p - p).abs() <= ADF_P_ABS), &true);
        checks.equal(name, &(found.lags as u64), &expected["usedlag"].as_u64().unwrap());
        checks.equal(name, &(found.observations as u64), &expected["nobs"].as_u64().unwrap());
        for (found, level) in found.critical.iter().zip(["1%", "5%", "10%"]) {
            if expected["crit"].is_object() {
                checks.near(name, *found, &expected["crit"][level], ADF_KPSS);
            }
        }
    }
    for (name, lags) in [("kpss_c_legacy", kpss::Lags::Schwert), ("kpss_c_auto", kpss::Lags::Automatic)] {
        let expected = &expected[name];
        let Some(found) = checks.both(name, Kpss::of(values, lags).unwrap(), expected) else { continue };
        checks.near(name, found.statistic, &expected["stat"], ADF_KPSS);
        checks.p(name, found.p, &expected["p"], ADF_KPSS);
        checks.equal(name, &(found.lags as u64), &expected["lags"].as_u64().unwrap());
    }
}

fn dependence(checks: &mut Checks, values: &[f64], expected: &Value) {
    let found = checks.both("acf", autocorrelation(values, 10).unwrap(), &expected["acf1_10"]);
    for (found, expected) in found.iter().flatten().zip(numbers(&expected["acf1_10"])) {
        checks.near("acf", *found, &Value::from(expected), REL);
    }
    let expected_q = &expected["ljung_box_10"];
    if let Some(found) = checks.both("ljung_box", LjungBox::of(values, 10).unwrap(), expected_q) {
        checks.near("ljung_box", found.q, &expected_q["q"], REL);
        checks.p("ljung_box", found.p, &expected_q["p"], ASYMPTOTIC);
    }
    let lag1 = &expected["spearman_lag1"];
    if let Some(found) = checks.both("spearman", Spearman::lag_one(values).unwrap(), lag1) {
        checks.near("spearman", found.rho, &lag1["rho"], REL);
        checks.p("spearman", found.p, &lag1["p"], ASYMPTOTIC);
    }
    let batches = &expected["batch_means"];
    if let Some(found) = checks.both("batch_means", EffectiveSampleSize::of(values).unwrap(), batches) {
        checks.equal("batch", &(found.batch as u64), &batches["batch"].as_u64().unwrap());
        checks.equal("batches", &(found.batches as u64), &batches["n_batches"].as_u64().unwrap());
        checks.near("variance of mean", found.variance_of_mean, &batches["var_of_mean_times_n"], REL);
        checks.near("variance", found.variance, &batches["sample_var"], REL);
        checks.near("inefficiency", found.inefficiency, &batches["inefficiency"], REL);
        checks.near("ess", found.size, &batches["ess"], REL);
    }
}

fn settling(checks: &mut Checks, values: &[f64], expected: &Value) {
    let mser = &expected["mser5"];
    let found = Mser::of(values).unwrap();
    let count = |key: &str| mser[key].as_u64().unwrap() as usize;
    checks.equal("mser batches", &found.batches, &count("n_batches"));
    checks.equal("mser cut", &found.cut, &count("d_star"));
    checks.equal("mser truncation", &found.truncation, &count("truncation_index"));
    checks.equal("mser at limit", &Some(found.at_limit), &mser["at_limit"].as_bool());
    checks.near("mser", found.error, &mser["mser_min"], REL);
    checks.near("mser uncut", found.error_uncut, &mser["mser_0"], REL);
    let trend = &expected["mann_kendall_tau"];
    if let Some(found) = checks.both("trend", MannKendall::of(values).unwrap(), trend) {
        checks.near("trend", found.tau, &trend["tau"], REL);
        checks.p("trend", found.p, &trend["p_asymp"], ASYMPTOTIC);
    }
}
