//! One file per part of the page that is words and tables.

pub(super) mod checks;
pub(super) mod effects;
pub(super) mod method;
pub(super) mod summary;

use super::markup::{Element, tag};

/// A part of the page with its heading and a line that says how to read it.
pub(super) fn section(heading: &str, reading: &str) -> Element {
    let reading = (!reading.is_empty()).then(|| tag("p").class("reading").text(reading));
    tag("section").child(tag("h2").text(heading)).child(reading)
}

/// A table that scrolls by itself where it is wider than the page.
pub(super) fn scroll(name: &str, table: Element) -> Element {
    tag("div").class("scroll").attr("role", "region").attr("tabindex", "0").attr("aria-label", name).child(table)
}

/// A row of headings, the first of them over the column of names.
pub(super) fn headings<T: std::fmt::Display>(names: impl IntoIterator<Item = T>) -> Element {
    let cells = names.into_iter().map(|name| tag("th").attr("scope", "col").text(name));
    tag("thead").child(tag("tr").children(cells))
}
