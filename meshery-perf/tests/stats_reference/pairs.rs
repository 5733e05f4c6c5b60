//! Two-sample statistics against SciPy.

use meshery_perf::stats::estimate::cliffs_delta::Dominance;
use meshery_perf::stats::estimate::energy::Energy;
use meshery_perf::stats::estimate::harrell_davis::harrell_davis;
use meshery_perf::stats::estimate::hodges_lehmann::HodgesLehmann;
use meshery_perf::stats::estimate::quantile::{Definition, OrderInterval, quantile};
use meshery_perf::stats::paired_t::PairedT;
use meshery_perf::stats::series::spearman::Spearman;
use meshery_perf::stats::summary::Summary;
use meshery_perf::stats::test::Alternative::{Greater, Less, TwoSided};
use meshery_perf::stats::test::anderson_darling_two_sample::{AndersonDarlingTwoSample, Steps};
use meshery_perf::stats::test::brunner_munzel::BrunnerMunzel;
use meshery_perf::stats::test::kolmogorov_smirnov::KolmogorovSmirnov;
use meshery_perf::stats::test::mann_whitney::MannWhitney;
use meshery_perf::stats::test::signed_rank::SignedRank;
use meshery_perf::stats::test::t::TEstimate;
use meshery_perf::stats::test::welch::{log_ratio, student, welch};
use serde_json::Value;

use super::data::{Checks, numbers, reference, sample};

const REL: f64 = 1e-9;
const SMALL_N: f64 = 1e-9;
const ASYMPTOTIC: f64 = 1e-6;
const HARRELL_DAVIS_LARGE: f64 = 1e-7;

/// One section of the file: its test, and how many comparisons it must make at least.
fn section(least: usize, compare: impl Fn(&mut Checks, &[f64], &[f64], &Value)) {
    let Some(reference) = reference() else { return };
    let mut checks = Checks::new();
    for case in reference["pairs"].as_array().unwrap() {
        checks.case(&case["id"]);
        compare(&mut checks, &sample(&case["x"]), &sample(&case["y"]), &case["expected"]);
    }
    checks.done(least);
}

/// p-values of small samples are held to more digits.
fn tolerance(x: &[f64], y: &[f64]) -> f64 {
    if x.len().max(y.len()) <= 200 { SMALL_N } else { ASYMPTOTIC }
}

#[test]
fn one_sample() {
    section(1000, |checks, x, y, expected| {
        describe(checks, x, &expected["x"]);
        describe(checks, y, &expected["y"]);
    });
}

fn describe(checks: &mut Checks, values: &[f64], expected: &Value) {
    let found = Summary::of(values).unwrap();
    checks.equal("n", &Some(found.n as u64), &expected["n"].as_u64());
    if let Some(variance) = checks.both("variance", found.variance, &expected["var"]) {
        checks.near("variance", variance, &expected["var"], REL);
    }
    let plain = [("mean", found.mean), ("sum", found.sum), ("median", found.median), ("mad", found.mad)];
    for (name, found) in plain.into_iter().chain([("min", found.min), ("max", found.max)]) {
        checks.near(name, found, &expected[name], REL);
    }
    let definitions =
        [("q_type7", Definition::Linear), ("q_type8", Definition::MedianUnbiased), ("q_rank", Definition::Rank)];
    for (name, definition) in definitions {
        for (q, expected) in expected[name].as_object().unwrap() {
            checks.near(name, quantile(values, q.parse().unwrap(), definition).unwrap(), expected, REL);
        }
    }
    let tolerance = if values.len() >= 1000 { HARRELL_DAVIS_LARGE } else { REL };
    for (q, expected) in expected["hd"].as_object().unwrap() {
        checks.near(&format!("hd {q}"), harrell_davis(values, q.parse().unwrap()).unwrap(), expected, tolerance);
    }
    for (q, expected) in expected["q_ci95_ranks"].as_object().unwrap() {
        let found = OrderInterval::of(values, q.parse().unwrap(), 0.95).unwrap();
        checks.equal(
            &format!("ranks {q}"),
            &vec![found.lower_rank as f64, found.upper_rank as f64],
            &numbers(expected),
        );
    }
}

#[test]
fn mann_whitney() {
    section(200, |checks, x, y, expected| {
        let (test, expected) = (MannWhitney::of(x, y).unwrap(), &expected["mwu"]);
        checks.near("u1", test.u_x, &expected["u1"], REL);
        checks.near("u2", test.u_y, &expected["u2"], REL);
        checks.equal("ties", &Some(test.ties), &expected["ties"].as_bool());
        // The file's sides are about x, ours about y.
        for (name, alternative) in [("two_sided", TwoSided), ("less", Greater), ("greater", Less)] {
            let exact = &expected[format!("p_exact_{name}")];
            if let Some(found) = test.p_exact(alternative).filter(|_| !exact.is_null()) {
                checks.p(&format!("exact {name}"), found, exact, SMALL_N);
            } else {
                // SciPy leaves out what is certain: one value only.
                let certain = test.p_exact(alternative).is_none_or(|p| p > 1.0 - 1e-12);
                checks.equal("exact is present", &certain, &exact.is_null());
            }
            let asymptotic = &expected[format!("p_asymp_cc_{name}")];
            if !asymptotic.is_null() {
                checks.p(&format!("asymptotic {name}"), test.p_asymptotic(alternative, true), asymptotic, ASYMPTOTIC);
            }
        }
        let plain = &expected["p_asymp_nocc_two_sided"];
        if !plain.is_null() {
            checks.p("without continuity", test.p_asymptotic(TwoSided, false), plain, ASYMPTOTIC);
        }
    });
}

fn t_test(checks: &mut Checks, found: &TEstimate, expected: &Value, tolerance: f64) {
    let Some(t) = checks.both("t", found.t(), &expected["t"]) else { return };
    checks.near("t", -t, &expected["t"], REL);
    checks.near("df", found.degrees_of_freedom, &expected["df"], REL);
    checks.p("t two-sided", found.p(TwoSided), &expected["p_two_sided"], tolerance);
    checks.p("t less", found.p(Greater), &expected["p_less"], tolerance);
    checks.p("t greater", found.p(Less), &expected["p_greater"], tolerance);
    let (interval, ends) = (found.interval(0.95), numbers(&expected["diff_ci95"]));
    checks.near("t low", -interval.high, &ends[0].into(), REL);
    checks.near("t high", -interval.low, &ends[1].into(), REL);
}

#[test]
fn t_tests() {
    section(300, |checks, x, y, expected| {
        t_test(checks, &welch(x, y).unwrap(), &expected["welch"], tolerance(x, y));
        t_test(checks, &student(x, y).unwrap(), &expected["student"], tolerance(x, y));
    });
}

#[test]
fn log_ratios() {
    section(150, |checks, x, y, expected| {
        let expected = &expected["log_ratio"];
        let positive = x.iter().chain(y).all(|value| *value > 0.0);
        checks.equal("a ratio of positive values only", &log_ratio(x, y).is_ok(), &positive);
        if expected["est"].is_null() {
            return;
        }
        let (found, tolerance) = (log_ratio(x, y).unwrap(), tolerance(x, y));
        checks.near("ratio", found.estimate, &expected["est"], REL);
        checks.near("se", found.standard_error, &expected["se"], REL);
        if checks.both("t of a ratio", found.t(), &expected["df"]).is_none() {
            return;
        }
        checks.near("df", found.degrees_of_freedom, &expected["df"], REL);
        checks.p("ratio", found.p(TwoSided), &expected["p_two_sided"], tolerance);
        let equivalence = found.equivalence(expected["tost_margin"].as_f64().unwrap());
        checks.p("tost lower", equivalence.p_lower, &expected["p_tost_lower"], tolerance);
        checks.p("tost upper", equivalence.p_upper, &expected["p_tost_upper"], tolerance);
        for (name, confidence) in [("ci95", 0.95), ("ci90", 0.9)] {
            let (interval, ends) = (found.interval(confidence), numbers(&expected[name]));
            checks.near(name, interval.low, &ends[0].into(), REL);
            checks.near(name, interval.high, &ends[1].into(), REL);
        }
    });
}

#[test]
fn paired() {
    section(50, |checks, x, y, expected| {
        if x.len() != y.len() {
            return;
        }
        let differences: Vec<f64> = x.iter().zip(y).map(|(x, y)| y - x).collect();
        let t = &expected["paired_t_y_minus_x"];
        // Equal differences differ by rounding in places; SciPy then says p = 0, which no permutation supports.
        if let Some(expected_t) = t["t"].as_f64() {
            let found = PairedT::of(&differences).unwrap().estimate();
            checks.near("paired t", found.t().unwrap(), &expected_t.into(), REL);
            checks.p("paired t", found.p(TwoSided), &t["p"], tolerance(x, y));
        }
        let (test, expected) = (SignedRank::of(&differences).unwrap(), &expected["wilcoxon_paired"]);
        if expected.is_object() {
            checks.near("w", test.positive.min(test.negative), &expected["w"], REL);
            checks.p("signed rank", test.p_asymptotic(TwoSided), &expected["p_asymp_cc"], ASYMPTOTIC);
            if !expected["p_exact"].is_null() {
                checks.p("signed rank, exact", test.p_exact(TwoSided).unwrap(), &expected["p_exact"], SMALL_N);
            }
        }
    });
}

#[test]
fn dominance_and_shift() {
    section(150, |checks, x, y, expected| {
        let dominance = Dominance::of(x, y).unwrap();
        checks.near("delta", dominance.delta, &expected["cliffs_delta"], REL);
        checks.near("a12", dominance.a12, &expected["a12_y_over_x"], REL);
        let (found, expected) = (HodgesLehmann::of(x, y, 0.95).unwrap(), &expected["hodges_lehmann"]);
        checks.near("shift", found.shift, &expected["shift"], REL);
        if expected["ci95"].is_array() {
            let ends = numbers(&expected["ci95"]);
            checks.equal("rank", &Some(found.rank), &expected["ci95_rank"].as_u64());
            checks.near("shift low", found.interval.low, &ends[0].into(), REL);
            checks.near("shift high", found.interval.high, &ends[1].into(), REL);
        }
        if !expected["ci95_achieved"].is_null() {
            checks.near("achieved", found.achieved.unwrap(), &expected["ci95_achieved"], REL);
        }
    });
}

#[test]
fn other_tests() {
    section(150, |checks, x, y, expected| {
        let of_ranks = &expected["brunner_munzel"];
        if of_ranks.is_object() {
            let test = checks.both("brunner_munzel", BrunnerMunzel::of(x, y).unwrap(), &of_ranks["stat"]);
            if let Some(test) = test {
                checks.near("brunner_munzel", test.statistic, &of_ranks["stat"], REL);
                checks.p("brunner_munzel", test.p, &of_ranks["p_two_sided"], tolerance(x, y));
            }
        }
        for (name, steps) in [("midrank", Steps::Midrank), ("right", Steps::Right)] {
            let expected = &expected["anderson_ksamp"][name];
            let test = checks.both(name, AndersonDarlingTwoSample::of(x, y, steps).unwrap(), expected);
            if let Some(test) = test {
                checks.near(name, test.statistic, &expected["stat"], REL);
                checks.p(name, test.p, &expected["p"], ASYMPTOTIC);
            }
        }
        let spearman = &expected["spearman_xy"];
        if x.len() == y.len()
            && spearman.is_object()
            && let Some(found) = checks.both("spearman", Spearman::of(x, y).unwrap(), &spearman["rho"])
        {
            checks.near("spearman", found.rho, &spearman["rho"], REL);
            // At ±1 the p-value is that of rounding.
            if found.rho.abs() < 1.0 - 1e-12 {
                checks.p("spearman", found.p, &spearman["p"], tolerance(x, y));
            }
        }
    });
}

#[test]
fn kolmogorov_smirnov() {
    section(90, |checks, x, y, expected| {
        let (test, expected) = (KolmogorovSmirnov::of(x, y).unwrap(), &expected["ks"]);
        checks.near("ks", test.distance, &expected["d"], REL);
        checks.near("ks location", test.location, &expected["d_location"], REL);
        checks.equal("ks sign", &Some(if test.candidate_is_larger { 1 } else { -1 }), &expected["sign"].as_i64());
        if !expected["p_exact"].is_null() {
            checks.p("ks exact", test.p_exact().unwrap(), &expected["p_exact"], SMALL_N);
        }
        checks.p("ks limit", test.p_limit(), &expected["p_kolmogorov"], ASYMPTOTIC);
    });
}

#[test]
fn distributions() {
    section(150, |checks, x, y, expected| {
        let quantile = |values: &[f64], q: f64| harrell_davis(values, q).unwrap();
        let tolerance = if x.len().max(y.len()) >= 1000 { HARRELL_DAVIS_LARGE } else { REL };
        if expected["shift_function_hd_deciles"].is_array() {
            for (i, expected) in (1..10).zip(numbers(&expected["shift_function_hd_deciles"])) {
                let q = f64::from(i) / 10.0;
                let (found, scale) = (quantile(y, q) - quantile(x, q), quantile(x, q).abs());
                // A difference keeps the digits of its terms, not its own.
                checks.near("decile shift", found + scale, &(expected + scale).into(), tolerance);
            }
            let (found, scale) = (quantile(y, 0.99) - quantile(x, 0.99), quantile(x, 0.99).abs());
            let expected = expected["shift_p99_hd"].as_f64().unwrap();
            checks.near("p99 shift", found + scale, &(expected + scale).into(), tolerance);
        }
        let energy = &expected["energy_statistics_v"];
        if energy.is_object() {
            let found = Energy::of(x, y).unwrap();
            checks.near("energy", found.distance, &energy["e"], REL);
            checks.near("energy t", found.statistic, &energy["t"], REL);
            checks.near("energy h", found.inhomogeneity, &energy["h"], REL);
        }
    });
}
