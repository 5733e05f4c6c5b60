//! Reading the reference file: its cases, its recipes, its tolerances.
#![allow(clippy::explicit_write, reason = "a test")]

use std::io::{Write, stderr};
use std::path::Path;

use serde_json::Value;

/// The reference file. Without it a test cannot pass in CI; elsewhere it says that nothing was tested.
pub(crate) fn reference() -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/stats/reference-open.json");
    if path.is_file() {
        return Some(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap());
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    // Not by `eprintln!`, which the test harness keeps to itself.
    writeln!(stderr(), "SKIPPED the statistics reference: put it at {} to check against it", path.display()).unwrap();
    None
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

/// A sample, literal or by its recipe. A recipe's check values must come out exactly.
pub(crate) fn sample(value: &Value) -> Vec<f64> {
    if value["literal"].is_array() {
        return numbers(&value["literal"]);
    }
    let values = Recipe(value).values();
    assert_eq!(values[..3], numbers(&value["check"]["first3"])[..], "{value}");
    assert_eq!(values[values.len() - 1..], [value["check"]["last"].as_f64().unwrap()], "{value}");
    values
}

/// The values of a recipe that states no check.
pub(crate) fn recipe(value: &Value) -> Vec<f64> {
    Recipe(value).values()
}

struct Recipe<'a>(&'a Value);

impl Recipe<'_> {
    fn number(&self, key: &str) -> f64 {
        self.0[key].as_f64().unwrap_or_else(|| panic!("{key} in {}", self.0))
    }

    fn values(&self) -> Vec<f64> {
        let mut rng = Rng(self.0["seed"].as_u64().unwrap());
        let mut state = None;
        (0..self.0["n"].as_u64().unwrap()).map(|_| self.rounded(self.draw(&mut rng, &mut state))).collect()
    }

    fn draw(&self, rng: &mut Rng, state: &mut Option<f64>) -> f64 {
        match self.0["dist"].as_str().unwrap() {
            "uniform" => self.number("a") + (self.number("b") - self.number("a")) * rng.unit(),
            "exponential" => -self.number("scale") * rng.unit().ln(),
            "normal" => self.number("mean") + self.number("sd") * rng.normal(),
            "lognormal" => (self.number("mu") + self.number("sigma") * rng.normal()).exp(),
            "pareto" => self.number("xm") * rng.unit().powf(-1.0 / self.number("alpha")),
            "ar1_lognormal" => {
                let rho = self.number("rho");
                let noise = rng.normal();
                let next = state.map_or(noise, |before| rho * before + (1.0 - rho * rho).sqrt() * noise);
                *state = Some(next);
                (self.number("mu") + self.number("sigma") * next).exp()
            }
            "mixture" => {
                let slow = rng.unit() < self.number("p");
                let noise = rng.normal();
                let (mu, sigma) = if slow { ("mu2", "sigma2") } else { ("mu", "sigma") };
                (self.number(mu) + self.number(sigma) * noise).exp()
            }
            unknown => panic!("unknown distribution {unknown}"),
        }
    }

    fn rounded(&self, value: f64) -> f64 {
        let mut value = value * self.0["scale_by"].as_f64().unwrap_or(1.0);
        if let Some(limit) = self.0["tail_above"].as_f64().filter(|limit| value > *limit) {
            assert!(limit > 0.0);
            value *= self.number("tail_factor");
        }
        let unit = 10_f64.powi(self.0["decimals"].as_i64().unwrap() as i32);
        (value * unit + 0.5).floor() / unit
    }
}

/// SplitMix64 as the file describes it.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let (u, v) = (self.unit(), self.unit());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

/// The comparisons of one section, and what did not come out.
pub(crate) struct Checks {
    case: String,
    made: usize,
    failed: Vec<String>,
}

impl Checks {
    pub(crate) fn new() -> Self {
        Self { case: String::new(), made: 0, failed: Vec::new() }
    }

    pub(crate) fn case(&mut self, case: &Value) {
        case.as_str().unwrap().clone_into(&mut self.case);
    }

    /// A statistic: relative, with a floor for what is left when large terms cancel.
    pub(crate) fn near(&mut self, name: &str, found: f64, expected: &Value, relative: f64) {
        self.made += 1;
        let Some(expected) = expected.as_f64() else {
            return self.failed.push(format!("{} {name}: found {found}, expected {expected}", self.case));
        };
        let distance = (found - expected).abs();
        if distance.is_nan() || distance > relative * expected.abs() + 1e-13 {
            self.failed.push(format!("{} {name}: found {found}, expected {expected}", self.case));
        }
    }

    /// A p-value: relative, however small.
    pub(crate) fn p(&mut self, name: &str, found: f64, expected: &Value, relative: f64) {
        self.made += 1;
        let expected = expected.as_f64().unwrap();
        let distance = (found - expected).abs();
        if distance.is_nan() || distance > relative * expected + 1e-300 {
            self.failed.push(format!("{} p of {name}: found {found}, expected {expected}", self.case));
        }
    }

    pub(crate) fn equal<T: PartialEq + std::fmt::Debug + ?Sized>(&mut self, name: &str, found: &T, expected: &T) {
        self.made += 1;
        if found != expected {
            self.failed.push(format!("{} {name}: found {found:?}, expected {expected:?}", self.case));
        }
    }

    /// Both undefined, or both defined; then the caller compares.
    pub(crate) fn both<T>(&mut self, name: &str, found: Option<T>, expected: &Value) -> Option<T> {
        self.equal(&format!("{name} is defined"), &found.is_some(), &!expected.is_null());
        found.filter(|_| !expected.is_null())
    }

    pub(crate) fn done(self, least: usize) {
        assert!(self.failed.is_empty(), "{} of {} failed:\n{}", self.failed.len(), self.made, self.failed.join("\n"));
        assert!(self.made >= least, "only {} comparisons were made", self.made);
    }
}

#[test]
fn the_generator_is_the_one_described() {
    let Some(reference) = reference() else { return };
    let check = &reference["rng"]["check"];
    let mut rng = Rng(check["seed"].as_u64().unwrap());
    for expected in check["first_u64"].as_array().unwrap() {
        assert_eq!(format!("{:#018x}", rng.next()), expected.as_str().unwrap());
    }
}
