//! Elements of HTML and SVG. Text and attributes are escaped where they enter, so no caller can forget it.

use std::fmt::{self, Display, Write as _};

/// Elements that stand within a line, where white space would show.
const INLINE: [&str; 12] = ["a", "b", "code", "em", "i", "small", "span", "strong", "text", "title", "td", "th"];

/// An element under construction; it renders with [`Display`].
#[derive(Clone, Debug)]
pub(super) struct Element {
    name: &'static str,
    attributes: String,
    content: String,
}

/// An empty element.
pub(super) fn tag(name: &'static str) -> Element {
    Element { name, attributes: String::new(), content: String::new() }
}

impl Element {
    /// Sets an attribute.
    pub(super) fn attr(mut self, name: &'static str, value: impl Display) -> Self {
        let _ = write!(self.attributes, " {name}=\"{}\"", Escaped(&value.to_string()));
        self
    }

    /// Sets the classes.
    pub(super) fn class(self, names: impl Display) -> Self {
        self.attr("class", names)
    }

    /// Sets an attribute to a length in pixels.
    pub(super) fn px(self, name: &'static str, pixels: f64) -> Self {
        self.attr(name, Digits(pixels))
    }

    /// Sets an attribute to a share of the drawing's width or height, 0..=1.
    pub(super) fn share(self, name: &'static str, share: f64) -> Self {
        self.attr(name, format_args!("{}%", Digits(share * 100.0)))
    }

    /// Adds text.
    pub(super) fn text(mut self, text: impl Display) -> Self {
        let _ = write!(self.content, "{}", Escaped(&text.to_string()));
        self
    }

    /// Adds an element.
    pub(super) fn child(mut self, child: impl Into<Option<Self>>) -> Self {
        if let Some(child) = child.into() {
            let line = if INLINE.contains(&child.name) { "" } else { "\n" };
            let _ = write!(self.content, "{child}{line}");
        }
        self
    }

    /// Adds elements.
    pub(super) fn children(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// Adds a style sheet or a script, which HTML reads unescaped.
    pub(super) fn source(mut self, source: &'static str) -> Self {
        self.content.push_str(source);
        self
    }
}

impl Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, attributes, content } = self;
        match *name {
            "meta" => write!(f, "<{name}{attributes}>"),
            _ => write!(f, "<{name}{attributes}>{content}</{name}>"),
        }
    }
}

/// Text with nothing in it that HTML would take for markup, and no control character that it forbids.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            '\n' | '\t' => f.write_char(character),
            control if control.is_control() => f.write_char(char::REPLACEMENT_CHARACTER),
            other => f.write_char(other),
        })
    }
}

/// A coordinate, to a hundredth; what is not a number is drawn at the origin.
pub(super) struct Digits(pub(super) f64);

impl Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.0 * 100.0).round();
        write!(f, "{}", if hundredths.is_finite() { hundredths / 100.0 + 0.0 } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped() {
        let element = tag("p").attr("title", "a\"b'").text("<script>&").child(tag("b").text("\u{0}x"));
        assert_eq!(element.to_string(), "<p title=\"a&quot;b&#39;\">&lt;script&gt;&amp;<b>\u{fffd}x</b></p>");
    }

    #[test]
    fn coordinates_are_short_and_always_numbers() {
        let digits: Vec<_> = [1.0 / 3.0, -0.001, 12.0, f64::NAN, f64::INFINITY].map(|x| Digits(x).to_string()).into();
        assert_eq!(digits, ["0.33", "0", "12", "0", "0"]);
        assert_eq!(tag("i").share("x", 0.5).to_string(), "<i x=\"50%\"></i>");
    }
}
