//! Quantities of resources as Kubernetes writes them: `100m`, `1.5Gi`.

/// How much a quantity is, nearly; `None` for what is no quantity.
pub(in crate::analyze) fn amount(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at_checked(end)?;
    let number: f64 = Some(number).filter(|it| it.bytes().any(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    let factor = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024_f64.powi(2),
        "Gi" => 1024_f64.powi(3),
        "Ti" => 1024_f64.powi(4),
        "Pi" => 1024_f64.powi(5),
        "Ei" => 1024_f64.powi(6),
        exponent => {
            let digits = exponent.strip_prefix(['e', 'E'])?;
            let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
            let is_whole = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
            10_f64.powi(digits.parse().ok().filter(|_| is_whole)?)
        }
    };
    Some(if text.starts_with('-') { -number * factor } else { number * factor })
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn what_kubernetes_takes_for_a_quantity() {
        for text in
            ["1", "0.5", "100m", "1.5Gi", "20Mi", ".5", "1.", "2.", "1e3", "1E-3", "2E-2", "1E", "3E", "-1k", "+5Mi"]
        {
            assert!(amount(text).is_some(), "{text}");
        }
        for text in ["", ".", "m", "Gi", "1 Gi", "1gb", "1GB", "1mi", "1e", "1e+", "1.2.3", "one", "1KI"] {
            assert!(amount(text).is_none(), "{text}");
        }
        assert!(amount("1Gi") > amount("1G") && amount("100m") < amount("1"));
    }
}
