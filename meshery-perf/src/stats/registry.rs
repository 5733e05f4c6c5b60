//! Every method by name: what it needs, what it answers, and a way to call it. A new method is one file and one line here;
//! the test below then feeds it what real data looks like at its worst.

use meshery_core::{Error, Result};

use super::estimate::bootstrap::{Bootstrap, difference_of_means};
use super::estimate::cliffs_delta::Dominance;
use super::estimate::energy::Energy;
use super::estimate::fieller::Ratio;
use super::estimate::harrell_davis::harrell_davis;
use super::estimate::hodges_lehmann::{self, HodgesLehmann};
use super::estimate::quantile::OrderInterval;
use super::estimate::within_run;
use super::fit::anderson_darling::{AndersonDarling, Distribution};
use super::input;
use super::sequential::confidence_sequence::ConfidenceSequence;
use super::series::adf::{self, Adf};
use super::series::autocorrelation::LjungBox;
use super::series::baseline;
use super::series::change::detector::Detector;
use super::series::change::hunter::Hunter;
use super::series::change::permutation::{EDivisive, Form};
use super::series::effective_sample_size::EffectiveSampleSize;
use super::series::kpss::{self, Kpss};
use super::series::mann_kendall::MannKendall;
use super::series::mser::Mser;
use super::series::settling::Settling;
use super::series::spearman::Spearman;
use super::test::Alternative::TwoSided;
use super::test::anderson_darling_two_sample::{AndersonDarlingTwoSample, Steps};
use super::test::brunner_munzel::BrunnerMunzel;
use super::test::kolmogorov_smirnov::KolmogorovSmirnov;
use super::test::mann_whitney::MannWhitney;
use super::test::permutation::Permutation;
use super::test::signed_rank::SignedRank;
use super::test::{paired_t::PairedT, welch};

/// The figures of a method, in the order of its description. One that the sample cannot support is left out.
type Figures = Result<Vec<f64>>;

/// What a method needs, with a call that gives its main figures.
///
/// ```
/// use meshery_perf::stats::registry::{METHODS, Needs};
///
/// let welch = METHODS.iter().find(|method| method.name == "welch").unwrap();
/// let Needs::Arms(call) = welch.needs else { panic!() };
/// assert!(call(&[1.0, 1.1, 0.9], &[2.0, 2.1, 1.9])?[0] < 0.001);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Needs {
    /// Two independent samples, baseline and candidate.
    Arms(fn(&[f64], &[f64]) -> Figures),
    /// Differences of pairs, candidate minus baseline.
    Differences(fn(&[f64]) -> Figures),
    /// One sample in any order.
    Sample(fn(&[f64]) -> Figures),
    /// Values in the order of time.
    Series(fn(&[f64]) -> Figures),
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
    /// What it needs.
    pub needs: Needs,
}

const fn method(name: &'static str, answers: &'static str, needs: Needs) -> Method {
    Method { name, answers, needs }
}

const FEW: u32 = 99;

/// All methods, sorted by name.
#[rustfmt::skip]
pub const METHODS: &[Method] = &[
    method("adf", "p that the series wanders", Needs::Series(|x| Ok(Adf::of(x, adf::Lags::Akaike)?.into_iter().map(|t| t.p).collect()))),
    method("anderson-darling", "p that the sample is exponential", Needs::Sample(|x| Ok(vec![AndersonDarling::of(x, Distribution::ExponentialOfAnyMean)?.p]))),
    method("anderson-darling-two-sample", "p of one distribution", Needs::Arms(|x, y| Ok(AndersonDarlingTwoSample::of(x, y, Steps::Midrank)?.into_iter().map(|t| t.p).collect()))),
    method("bootstrap", "ends of the expanded percentile interval", Needs::Arms(|x, y| { let i = Bootstrap { resamples: FEW as usize, seed: 1 }.independent(x, y, difference_of_means)?.expanded_percentile(0.95)?; Ok(vec![i.low, i.high]) })),
    method("brunner-munzel", "p of no dominance, unequal spreads", Needs::Arms(|x, y| Ok(BrunnerMunzel::of(x, y)?.into_iter().map(|t| t.p).collect()))),
    method("change-points", "indexes of changes of level", Needs::Series(|x| Ok(Detector { permutations: FEW, ..Detector::default() }.change_points(x)?.iter().map(|c| c.at as f64).collect()))),
    method("cliffs-delta", "how often the candidate is larger", Needs::Arms(|x, y| Ok(vec![Dominance::of(x, y)?.delta]))),
    method("confidence-sequence", "ends of an interval that holds at every look", Needs::Differences(|d| Ok(ConfidenceSequence { alpha: 0.05, weight: 1.0 }.t_mixture(d)?.into_iter().flat_map(|i| [i.low, i.high]).collect()))),
    method("e-divisive", "indexes of changes, independent values", Needs::Series(|x| Ok(EDivisive { form: Form::AnyFollowing, max_p: 0.05, permutations: FEW, seed: 1 }.change_points(x)?.into_iter().map(|at| at as f64).collect()))),
    method("effective-sample-size", "independent values the series is worth", Needs::Series(|x| Ok(EffectiveSampleSize::of(x)?.into_iter().map(|e| e.size).collect()))),
    method("energy", "distance of distributions", Needs::Arms(|x, y| Ok(vec![Energy::of(x, y)?.distance]))),
    method("fieller", "ratio of means", Needs::Arms(|x, y| Ok(Ratio::independent(x, y, 0.95)?.into_iter().map(|r| r.ratio).collect()))),
    method("harrell-davis", "median", Needs::Sample(|x| Ok(vec![harrell_davis(x, 0.5)?]))),
    method("hodges-lehmann", "median difference and its interval", Needs::Arms(|x, y| { let h = HodgesLehmann::of(x, y, 0.95)?; Ok(vec![h.shift, h.interval.low, h.interval.high]) })),
    method("hodges-lehmann-paired", "median of pairwise means", Needs::Differences(|d| Ok(vec![hodges_lehmann::paired(d)?]))),
    method("hunter", "indexes of changes, t tests in windows", Needs::Series(|x| Ok(Hunter { window: 50, max_p: 0.001, min_magnitude: 0.0 }.change_points(x)?.iter().map(|c| c.at as f64).collect()))),
    method("kolmogorov-smirnov", "p of one distribution", Needs::Arms(|x, y| Ok(vec![KolmogorovSmirnov::of(x, y)?.p()]))),
    method("kpss", "p that the level stays", Needs::Series(|x| Ok(Kpss::of(x, kpss::Lags::Automatic)?.into_iter().map(|t| t.p).collect()))),
    method("ljung-box", "p of no autocorrelation", Needs::Series(|x| Ok(LjungBox::of(x, 5)?.into_iter().map(|t| t.p).collect()))),
    method("log-ratio", "p of equal geometric means", Needs::Arms(|x, y| Ok(vec![welch::log_ratio(x, y)?.p(TwoSided)]))),
    method("mann-kendall", "p of no trend", Needs::Series(|x| Ok(MannKendall::of(x)?.into_iter().map(|t| t.p).collect()))),
    method("mann-whitney", "p of no dominance", Needs::Arms(|x, y| Ok(vec![MannWhitney::of(x, y)?.p(TwoSided)]))),
    method("mser", "values of warm-up", Needs::Series(|x| Ok(vec![Mser::of(x)?.truncation as f64]))),
    method("noise-floor", "median step", Needs::Series(|x| Ok(vec![baseline::noise_floor(x)?]))),
    method("order-interval", "ends of the median's interval", Needs::Sample(|x| Ok(OrderInterval::of(x, 0.5, 0.95)?.interval().into_iter().flat_map(|i| [i.low, i.high]).collect()))),
    method("paired-t", "p of no mean difference", Needs::Differences(|d| Ok(PairedT::of(d).into_iter().map(|t| t.p).collect()))),
    method("permutation", "p of equal means", Needs::Arms(|x, y| Ok(vec![Permutation { rearrangements: FEW, seed: 1 }.independent(x, y)?.p]))),
    method("prediction", "ends of the next value's interval", Needs::Series(|x| Ok(baseline::prediction(x, 0.95)?.into_iter().flat_map(|i| [i.low, i.high]).collect()))),
    method("settling", "values of warm-up, with tests of the rest", Needs::Series(|x| Ok(vec![Settling::of(x)?.cut as f64]))),
    method("sign-flips", "p of no mean difference", Needs::Differences(|d| Ok(vec![Permutation { rearrangements: FEW, seed: 1 }.sign_flips(d)?.p]))),
    method("signed-rank", "p of no median difference", Needs::Differences(|d| Ok(vec![SignedRank::of(d)?.p(TwoSided)]))),
    method("spearman-lag-one", "p that a value tells nothing of the next", Needs::Series(|x| Ok(Spearman::lag_one(x)?.into_iter().map(|t| t.p).collect()))),
    method("student", "p of equal means, equal spreads", Needs::Arms(|x, y| Ok(vec![welch::student(x, y)?.p(TwoSided)]))),
    method("welch", "p of equal means", Needs::Arms(|x, y| Ok(vec![welch::welch(x, y)?.p(TwoSided)]))),
    method("within-run-error", "relative error of the run's median", Needs::Series(|x| Ok(within_run::quantile_error(x, 0.5)?.into_iter().collect()))),
];

/// The figures of a method, by its name. For a method of pairs the second sample is the candidate of each pair; without
/// one, the first holds the differences.
///
/// ```
/// use meshery_perf::stats::registry::figures;
///
/// assert!(figures("welch", &[1.0, 1.1, 0.9], Some(&[2.0, 2.1, 1.9]))?[0] < 0.001);
/// assert_eq!(figures("welch", &[1.0], None).unwrap_err().report().place.as_deref(), Some("y"));
/// # Ok::<(), meshery_core::Error>(())
/// ```
///
/// # Errors
/// `InvalidInput` at `name` for an unknown method, at `y` for a sample that is missing or too much; those of the method.
pub fn figures(name: &str, x: &[f64], y: Option<&[f64]>) -> Result<Vec<f64>> {
    let method = METHODS.iter().find(|method| method.name == name).ok_or_else(|| {
        let names: Vec<_> = METHODS.iter().map(|method| method.name).collect();
        Error::invalid("name", "unknown method").expected(format!("one of {}", names.join(", "))).found(name)
    })?;
    match (method.needs, y) {
        (Needs::Arms(call), Some(y)) => call(x, y),
        (Needs::Arms(_), None) => Err(Error::invalid("y", "no second sample").expected("the candidate's values")),
        (Needs::Differences(call), Some(y)) => call(&input::differences(x, y, 1)?),
        (Needs::Differences(call) | Needs::Sample(call) | Needs::Series(call), None) => call(x),
        (Needs::Sample(_) | Needs::Series(_), Some(_)) => {
            Err(Error::invalid("y", "a second sample").expected(format!("{name} takes one")))
        }
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

    fn all_figures(method: &Method) -> Vec<(String, Figures)> {
        let samples = nasty();
        let label = |x: &[f64]| format!("{} of {:?}", method.name, &x[..x.len().min(4)]);
        match method.needs {
            Needs::Differences(call) | Needs::Sample(call) | Needs::Series(call) => {
                samples.iter().map(|x| (label(x), call(x))).collect()
            }
            Needs::Arms(call) => {
                let pairs = samples.iter().flat_map(|x| samples.iter().map(move |y| (x, y)));
                pairs.map(|(x, y)| (label(x) + &label(y), call(x, y))).collect()
            }
        }
    }

    #[test]
    fn no_method_answers_with_what_is_no_number() {
        for method in METHODS {
            for (label, figures) in all_figures(method) {
                match figures {
                    Ok(figures) => assert!(figures.iter().all(|figure| figure.is_finite()), "{label}: {figures:?}"),
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
        for method in METHODS.iter().filter(|method| method.answers.starts_with("p ")) {
            for (label, figures) in all_figures(method) {
                let figures = figures.unwrap_or_default();
                assert!(figures.iter().all(|p| (0.0..=1.0).contains(p)), "{label}: {figures:?}");
            }
        }
    }

    #[test]
    fn sorted_and_described() {
        assert!(METHODS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(METHODS.iter().all(|method| !method.answers.is_empty()));
    }
}
