//! Amounts of resources as Kubernetes writes them: `100m`, `1.5`, `20Mi`, `1e3`.

/// Whether it is an amount.
pub(in crate::analyze) fn is_quantity(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let suffix = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = text.get(..text.len() - suffix.len()).unwrap_or_default();
    let is_number = number.matches('.').count() <= 1 && number.bytes().any(|byte| byte.is_ascii_digit());
    let units = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let is_exponent = || {
        let digits = suffix.strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    is_number && (units.contains(&suffix) || is_exponent())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_known_units() {
        assert!(["1", "0.5", "100m", "20Mi", "1e3", "1E", ".5", "2.", "-1k", "1E-3"].into_iter().all(is_quantity));
        assert!(["", "m", "1 Gi", "1GB", "1mi", "1.2.3", "1e", "."].into_iter().all(|text| !is_quantity(text)));
    }
}
