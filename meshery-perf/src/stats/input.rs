//! What every method checks before it computes: finite values, enough of them, parameters in range. After these checks
//! no sum, square or quotient of the methods can become NaN or overflow.

use meshery_core::{Error, Result};

/// Values beyond this have squares whose sums may overflow; no time in nanoseconds is anywhere near.
const LARGEST: f64 = 1e150;

/// A sample of at least `least` finite values.
pub(super) fn sample(place: &str, values: &[f64], least: usize) -> Result<()> {
    if let Some(index) = values.iter().position(|value| !(-LARGEST..=LARGEST).contains(value)) {
        return Err(Error::invalid(format!("{place}[{index}]"), "a value is not finite or too large to be squared")
            .expected(format!("a number within ± {LARGEST:e}"))
            .found(values[index].to_string()));
    }
    if values.len() < least {
        return Err(Error::invalid(place, "the sample is too small for this method")
            .expected(format!("at least {least} values"))
            .found(values.len().to_string()));
    }
    Ok(())
}

/// Two independent samples.
pub(super) fn two(x: &[f64], y: &[f64], least: usize) -> Result<()> {
    sample("x", x, least)?;
    sample("y", y, least)
}

/// Two samples whose values belong together one by one; their differences y − x.
pub(super) fn differences(x: &[f64], y: &[f64], least: usize) -> Result<Vec<f64>> {
    two(x, y, least)?;
    if x.len() != y.len() {
        return Err(Error::invalid("y", "paired samples differ in length")
            .expected(x.len().to_string())
            .found(y.len().to_string()));
    }
    Ok(x.iter().zip(y).map(|(x, y)| y - x).collect())
}

/// The natural logarithms of positive values.
pub(super) fn logarithms(place: &str, values: &[f64], least: usize) -> Result<Vec<f64>> {
    sample(place, values, least)?;
    if let Some(index) = values.iter().position(|value| *value <= 0.0) {
        return Err(Error::invalid(format!("{place}[{index}]"), "a ratio needs positive values")
            .expected("a value above 0")
            .found(values[index].to_string()));
    }
    Ok(values.iter().map(|value| value.ln()).collect())
}

/// A share strictly between 0 and 1.
pub(super) fn share(place: &str, value: f64) -> Result<()> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(Error::invalid(place, "not a share")
        .expected("a number between 0 and 1, both excluded")
        .found(value.to_string()))
}

/// A finite number above zero.
pub(super) fn positive(place: &str, value: f64) -> Result<()> {
    if value > 0.0 && value <= LARGEST {
        return Ok(());
    }
    Err(Error::invalid(place, "out of range")
        .expected(format!("above 0, at most {LARGEST:e}"))
        .found(value.to_string()))
}

/// A count within bounds.
pub(super) fn count(place: &str, value: usize, least: usize) -> Result<()> {
    if value >= least {
        return Ok(());
    }
    Err(Error::invalid(place, "too small").expected(format!("at least {least}")).found(value.to_string()))
}

/// The values in ascending order.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_place() {
        let place = |error: Error| error.report().place.clone().unwrap();
        assert_eq!(place(sample("x", &[1.0, f64::NAN], 1).unwrap_err()), "x[1]");
        assert_eq!(place(sample("x", &[1.0, f64::INFINITY], 1).unwrap_err()), "x[1]");
        assert_eq!(place(two(&[1.0], &[], 1).unwrap_err()), "y");
        assert_eq!(place(differences(&[1.0, 2.0], &[1.0], 1).unwrap_err()), "y");
        assert_eq!(place(logarithms("y", &[1.0, 0.0], 1).unwrap_err()), "y[1]");
        assert!(share("q", 1.0).is_err() && share("q", f64::NAN).is_err() && share("q", 0.5).is_ok());
        assert!(positive("m", f64::INFINITY).is_err() && count("n", 1, 2).is_err());
    }
}
