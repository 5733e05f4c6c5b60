//! Comma-separated values.

/// A line of cells, with its end.
pub(crate) fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    cells.into_iter().map(cell).collect::<Vec<_>>().join(",") + "\n"
}

/// By RFC 4180. Text that a spreadsheet would take for a formula gets an apostrophe, as OWASP advises: what a server
/// answers can reach the names of faults.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    let text = if formula { format!("'{text}") } else { text.into() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_text_and_stay_one_cell() {
        for (text, written) in [
            ("503", "503"),
            ("-1", "-1"),
            ("a,b", "\"a,b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("@x,1", "\"'@x,1\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
