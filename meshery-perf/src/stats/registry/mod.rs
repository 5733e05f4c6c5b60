//! Every method by name: what it needs, what it answers, and a way to call it. A new method is one file, and one line here;
//! the test below then feeds it what real data looks like at its worst.
//!
//! | module | holds |
//! |---|---|
//! | `arms` | methods of two samples, and of the differences of pairs |
//! | `sample` | methods of one sample in any order, of p-values, and of no sample |
//! | `series` | methods of values in the order of time |
//! | `settings`, `figures` | what goes in besides samples, and what comes out |

mod arms;
mod figures;
mod sample;
mod series;
mod settings;

use meshery_core::{Error, Result};
use serde_json::{Map, Value};

pub use figures::{Figure, Figures};
pub use settings::Settings;

use super::{input, multiple};

/// What a method needs, with its call.
///
/// ```
/// use meshery_perf::stats::registry::{METHODS, Needs, Settings};
///
/// let welch = METHODS.iter().find(|method| method.name == "welch").unwrap();
/// let Needs::Arms(call) = welch.needs else { panic!() };
/// let none = serde_json::Map::new();
/// assert!(call(&[1.0, 1.1, 0.9], &[2.0, 2.1, 1.9], Settings::new(&none))?.number("p").unwrap() < 0.001);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Needs {
    /// Two independent samples, baseline and candidate.
    Arms(fn(&[f64], &[f64], Settings<'_>) -> Result<Figures>),
    /// Differences of pairs, candidate minus baseline.
    Differences(fn(&[f64], Settings<'_>) -> Result<Figures>),
    /// One sample in any order.
    Sample(fn(&[f64], Settings<'_>) -> Result<Figures>),
    /// Values in the order of time.
    Series(fn(&[f64], Settings<'_>) -> Result<Figures>),
    /// Settings alone.
    Settings(fn(Settings<'_>) -> Result<Figures>),
}

/// A method of this library.
///
/// ```
/// let names = meshery_perf::stats::registry::METHODS.iter().map(|method| method.name);
/// assert!(names.is_sorted());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// What it answers.
    pub answers: &'static str,
    /// What it can be told besides its samples; each has a default.
    pub settings: &'static [&'static str],
    /// What it needs.
    pub needs: Needs,
}

const fn method(name: &'static str, answers: &'static str, settings: &'static [&'static str], needs: Needs) -> Method {
    Method { name, answers, settings, needs }
}

use Needs::{Arms, Differences, Sample, Series};

/// All methods, sorted by name.
#[rustfmt::skip]
pub const METHODS: &[Method] = &[
    method("adf", "p that the series wanders", &["lags"], Series(series::adf)),
    method("anderson-darling", "p that the sample is exponential", &[], Sample(sample::anderson_darling)),
    method("anderson-darling-two-sample", "p of one distribution", &["steps"], Arms(arms::anderson_darling_two_sample)),
    method("autocorrelation", "correlation with the values before", &["lags"], Series(series::autocorrelation)),
    method("benjamini-hochberg", "p-values corrected for a share of false ones", &[], Sample(|p, _| sample::corrected(p, multiple::benjamini_hochberg))),
    method("benjamini-yekutieli", "the same under any dependence", &[], Sample(|p, _| sample::corrected(p, multiple::benjamini_yekutieli))),
    method("bonferroni", "p-values corrected for any false one", &[], Sample(|p, _| sample::corrected(p, multiple::bonferroni))),
    method("bootstrap", "a statistic and its interval", arms::BOOTSTRAP, Arms(arms::bootstrap)),
    method("brunner-munzel", "p of no dominance, unequal spreads", &[], Arms(arms::brunner_munzel)),
    method("change-points", "indexes of changes of level", series::CHANGES, Series(series::change_points)),
    method("cliffs-delta", "how often the candidate is larger", &[], Arms(arms::cliffs_delta)),
    method("confidence-sequence", "an interval that holds at every look", &["alpha", "weight"], Differences(arms::confidence_sequence)),
    method("e-divisive", "indexes of changes, independent values", &["form", "max_p", "permutations", "seed"], Series(series::e_divisive)),
    method("effective-sample-size", "independent values the series is worth", &[], Series(series::effective_sample_size)),
    method("energy", "distance of distributions", &[], Arms(arms::energy)),
    method("fieller", "ratio of means and its interval", &["confidence"], Arms(arms::fieller)),
    method("first-candidate", "the most likely change", &[], Series(series::first_candidate)),
    method("harrell-davis", "a smoothed quantile", &["q"], Sample(sample::harrell_davis)),
    method("harrell-davis-shift", "differences of smoothed quantiles", &["q"], Arms(arms::harrell_davis_shift)),
    method("hdr-histogram", "what a histogram of V2 deflate in base64 holds", &["encoded", "q"], Needs::Settings(sample::hdr_histogram)),
    method("hochberg", "p-values corrected for any false one, independent tests", &[], Sample(|p, _| sample::corrected(p, multiple::hochberg))),
    method("hodges-lehmann", "median difference and its interval", &["confidence"], Arms(arms::hodges_lehmann)),
    method("hodges-lehmann-paired", "median of pairwise means", &[], Differences(arms::hodges_lehmann_paired)),
    method("holm", "p-values corrected for any false one, step by step", &[], Sample(|p, _| sample::corrected(p, multiple::holm))),
    method("hunter", "indexes of changes, t tests in windows", &["window", "max_p", "min_magnitude"], Series(series::hunter)),
    method("kolmogorov-smirnov", "p of one distribution", &[], Arms(arms::kolmogorov_smirnov)),
    method("kpss", "p that the level stays", &["lags"], Series(series::kpss)),
    method("ljung-box", "p of no autocorrelation", &["lags"], Series(series::ljung_box)),
    method("log-ratio", "p of equal geometric means", arms::T, Arms(arms::log_ratio)),
    method("mann-kendall", "p of no trend", &[], Series(series::mann_kendall)),
    method("mann-whitney", "p of no dominance", &[], Arms(arms::mann_whitney)),
    method("mser", "values of warm-up", &[], Series(series::mser)),
    method("noise-floor", "median step", &[], Series(series::noise_floor)),
    method("obrien-fleming", "levels of looks before the end", &["looks", "alpha"], Needs::Settings(sample::obrien_fleming)),
    method("order-interval", "a quantile's interval by ranks", &["q", "confidence"], Sample(sample::order_interval)),
    method("paired-t", "p of no mean difference", arms::T, Differences(arms::paired_t)),
    method("permutation", "p of equal means", arms::REARRANGE, Arms(arms::permutation)),
    method("power", "what runs show, and how many it takes", sample::PLAN, Needs::Settings(sample::power)),
    method("prediction", "the next value's interval", &["confidence"], Series(series::prediction)),
    method("quantile", "a quantile by its definition", &["q", "definition"], Sample(sample::quantile)),
    method("settling", "values of warm-up, with tests of the rest", &[], Series(series::settling)),
    method("sign-flips", "p of no mean difference", arms::REARRANGE, Differences(arms::sign_flips)),
    method("signed-rank", "p of no median difference", &[], Differences(arms::signed_rank)),
    method("spearman", "p that one sample tells nothing of the other", &[], Arms(arms::spearman)),
    method("spearman-lag-one", "p that a value tells nothing of the next", &[], Series(series::spearman_lag_one)),
    method("student", "p of equal means, equal spreads", arms::T, Arms(arms::student)),
    method("summary", "mean, median and spread", &[], Sample(sample::summary)),
    method("welch", "p of equal means", arms::T, Arms(arms::welch)),
    method("within-run-error", "relative error of a run's quantile", &["q"], Series(series::within_run_error)),
];

/// What a method finds, by its name. For a method of pairs the second sample is the candidate of each pair; without one,
/// the first holds the differences.
///
/// ```
/// use meshery_perf::stats::registry::call;
///
/// let none = serde_json::Map::new();
/// assert!(call("welch", &[1.0, 1.1, 0.9], Some(&[2.0, 2.1, 1.9]), &none)?.number("p").unwrap() < 0.001);
/// assert_eq!(call("welch", &[1.0], None, &none).unwrap_err().report().place.as_deref(), Some("y"));
/// # Ok::<(), meshery_core::Error>(())
/// ```
///
/// # Errors
/// `InvalidInput` at `name` for an unknown method, at `settings` for a setting that it does not know, at `x` or `y` for a
/// sample that is missing or too much; those of the method.
pub fn call(name: &str, x: &[f64], y: Option<&[f64]>, settings: &Map<String, Value>) -> Result<Figures> {
    let method = METHODS.iter().find(|method| method.name == name).ok_or_else(|| {
        let names: Vec<_> = METHODS.iter().map(|method| method.name).collect();
        Error::invalid("name", "unknown method").expected(format!("one of {}", names.join(", "))).found(name)
    })?;
    let settings = Settings::new(settings);
    settings.check(method.settings)?;
    let surplus = |place| Err(Error::invalid(place, "a sample too many").expected(method.answers));
    match (method.needs, y) {
        (Arms(call), Some(y)) => call(x, y, settings),
        (Arms(_), None) => Err(Error::invalid("y", "no second sample").expected("the candidate's values")),
        (Differences(call), Some(y)) => call(&input::differences(x, y, 1)?, settings),
        (Differences(call) | Sample(call) | Series(call), None) => call(x, settings),
        (Needs::Settings(call), None) if x.is_empty() => call(settings),
        (Needs::Settings(_), None) => surplus("x"),
        (Sample(_) | Series(_) | Needs::Settings(_), Some(_)) => surplus("y"),
    }
}

#[cfg(test)]
mod tests {
    use meshery_core::ErrorKind;

    use super::*;

    /// What real data looks like at its worst.
    fn nasty() -> Vec<Vec<f64>> {
        let ramp = |n: i32| (0..n).map(f64::from).collect::<Vec<_>>();
        vec![
            vec![],
            vec![1.0],
            vec![1.0, 2.0],
            vec![0.0; 30],
            vec![7.0; 60],
            ramp(10),
            ramp(60),
            ramp(60).iter().map(|x| x % 2.0).collect(),
            ramp(60).iter().map(|x| -x).collect(),
            ramp(60).iter().map(|x| 1e12 + x).collect(),
            ramp(60).iter().map(|x| x * 1e-300).collect(),
            ramp(60).iter().map(|x| 1e148 * x.sin()).collect(),
            vec![1e150, -1e150, 1e150, -1e150, 0.0, 0.0, 1.0, 1.0, 2.0, 3.0],
            [vec![1.0; 59], vec![1e9]].concat(),
            vec![1.0, f64::NAN, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0],
            vec![1.0, f64::INFINITY, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0],
        ]
    }

    /// As few rearrangements as will do, for the methods that know of them.
    fn quick(method: &Method) -> Map<String, Value> {
        let few = ["resamples", "rearrangements", "permutations"].map(|name| (name, Value::from(99)));
        let known = few.into_iter().filter(|(name, _)| method.settings.contains(name));
        known.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn all_figures(method: &Method) -> Vec<(String, Result<Figures>)> {
        let (samples, quick) = (nasty(), quick(method));
        let settings = Settings::new(&quick);
        let label = |x: &[f64]| format!("{} of {:?}", method.name, &x[..x.len().min(4)]);
        match method.needs {
            Differences(call) | Sample(call) | Series(call) => {
                samples.iter().map(|x| (label(x), call(x, settings))).collect()
            }
            Arms(call) => {
                let pairs = samples.iter().flat_map(|x| samples.iter().map(move |y| (x, y)));
                pairs.map(|(x, y)| (label(x) + &label(y), call(x, y, settings))).collect()
            }
            Needs::Settings(call) => vec![(method.name.into(), call(settings))],
        }
    }

    fn numbers(figure: &Figure) -> &[f64] {
        match figure {
            Figure::Number(number) => std::slice::from_ref(number),
            Figure::List(numbers) => numbers,
        }
    }

    #[test]
    fn no_method_answers_with_what_is_no_number() {
        for method in METHODS {
            for (label, figures) in all_figures(method) {
                match figures {
                    Ok(figures) => {
                        let mut all = figures.iter().flat_map(|(_, figure)| numbers(figure));
                        assert!(all.all(|number| number.is_finite()), "{label}: {figures:?}");
                    }
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{label}");
                        assert!(error.report().place.is_some(), "{label}: {error}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_p_value_is_one() {
        for method in METHODS {
            for (label, figures) in all_figures(method) {
                let figures = figures.unwrap_or_default();
                let is_p = |name: &str| name == "p" || name.starts_with("p_");
                let all = figures.iter().filter(|(name, _)| is_p(name)).flat_map(|(_, figure)| numbers(figure));
                for p in all {
                    assert!((0.0..=1.0).contains(p), "{label}: {figures:?}");
                }
            }
        }
    }

    #[test]
    fn settings_are_those_that_a_method_knows() {
        let settings = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap();
        let place = |name: &str, text: &str| {
            let error = call(name, &[1.0, 2.0, 3.0], None, &settings(text)).unwrap_err();
            error.report().place.clone().unwrap()
        };
        assert_eq!(place("quantile", r#"{ "tea": 1 }"#), "settings");
        assert_eq!(place("quantile", r#"{ "q": "half" }"#), "q");
        assert_eq!(place("quantile", r#"{ "definition": "best" }"#), "definition");
        assert_eq!(place("kpss", r#"{ "lags": 3 }"#), "lags");
        assert_eq!(place("power", "{}"), "x");
        let answer = call("quantile", &[1.0, 2.0, 3.0], None, &settings(r#"{ "q": 0.75, "definition": "rank" }"#));
        assert_eq!(answer.unwrap().number("quantile"), Some(3.0));
    }

    #[test]
    fn sorted_and_described() {
        assert!(METHODS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(METHODS.iter().all(|method| !method.answers.is_empty()));
    }
}
