//! Text that differs from request to request, and yet is the same whenever the load is repeated.

use std::io::Write as _;

use meshery_core::{Error, Result};

use crate::rng::SplitMix64;

/// What the values of one request follow from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draw {
    /// The seed of the load.
    pub(crate) seed: u64,
    /// The number of the request in the load.
    pub(crate) ordinal: u64,
}

impl Draw {
    /// A generator for one use of it.
    pub(crate) fn generator(self, salt: u64) -> SplitMix64 {
        let mut mixed = SplitMix64::new(self.seed ^ salt.wrapping_mul(0xd134_2543_de82_ef95));
        SplitMix64::new(mixed.next() ^ self.ordinal.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

/// Text with places that are filled in for each request: `{{counter}}`, `{{uuid}}`, `{{random LOW HIGH}}` (an integer,
/// both ends included) and `{{choice A|B|C}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(Vec<u8>),
    Counter,
    Uuid,
    Random(u64, u64),
    Choice(Vec<String>),
}

const FORMS: &str = "{{counter}}, {{uuid}}, {{random LOW HIGH}} or {{choice A|B|C}}";

impl Template {
    /// Text that is always the same.
    pub(crate) fn literal(bytes: impl Into<Vec<u8>>) -> Self {
        Self(vec![Piece::Literal(bytes.into())])
    }

    /// # Errors
    /// `InvalidInput` without a place for a placeholder that is unknown or not closed.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (inside, tail) = after.split_once("}}").ok_or_else(|| refuse(after))?;
            if !before.is_empty() {
                pieces.push(Piece::Literal(before.into()));
            }
            pieces.push(placeholder(inside.trim())?);
            rest = tail;
        }
        if !rest.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Literal(rest.into()));
        }
        Ok(Self(pieces))
    }

    /// The text, when it is the same for every request.
    pub(crate) fn constant(&self) -> Option<&[u8]> {
        match self.0.as_slice() {
            [Piece::Literal(bytes)] => Some(bytes),
            _ => None,
        }
    }

    /// Appends the text of one request. `salt` tells the templates of a request apart, so that two of them do not draw
    /// the same.
    pub(crate) fn render(&self, draw: Draw, salt: u64, out: &mut Vec<u8>) {
        for (index, piece) in self.0.iter().enumerate() {
            let rng = || draw.generator(salt << 16 | index as u64);
            match piece {
                Piece::Literal(bytes) => out.extend_from_slice(bytes),
                Piece::Counter => write(out, format_args!("{}", draw.ordinal)),
                Piece::Uuid => uuid(&mut rng(), out),
                Piece::Random(low, high) => {
                    let width = (high - low).saturating_add(1);
                    write(out, format_args!("{}", low + rng().below(width)));
                }
                Piece::Choice(choices) => {
                    out.extend_from_slice(choices[rng().below(choices.len() as u64) as usize].as_bytes());
                }
            }
        }
    }
}

fn write(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to memory does not fail.
    let _ = out.write_fmt(text);
}

/// A random UUID (RFC 9562 section 5.4).
fn uuid(rng: &mut SplitMix64, out: &mut Vec<u8>) {
    let (high, low) = (rng.next(), rng.next());
    let high = high & !0xf000 | 0x4000;
    let low = low & !(0b11 << 62) | 0b10 << 62;
    let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
    write(out, format_args!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff));
}

fn refuse(found: &str) -> Error {
    let found: String = found.chars().take(40).collect();
    Error::new(meshery_core::ErrorKind::InvalidInput, "not a placeholder")
        .expected(FORMS)
        .found(format!("{{{{{found}"))
        .with("literal braces", "a body can be written as { \"literal\": TEXT }")
}

fn placeholder(text: &str) -> Result<Piece> {
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    let numbers: Vec<Option<u64>> = rest.split_whitespace().map(|number| number.parse().ok()).collect();
    match (name, numbers.as_slice()) {
        ("counter", []) => Ok(Piece::Counter),
        ("uuid", []) => Ok(Piece::Uuid),
        ("random", [Some(low), Some(high)]) if low <= high => Ok(Piece::Random(*low, *high)),
        ("choice", [_, ..]) => Ok(Piece::Choice(rest.split('|').map(|choice| choice.trim().to_owned()).collect())),
        _ => Err(refuse(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn render(text: &str, ordinal: u64) -> String {
        let mut out = Vec::new();
        Template::parse(text).unwrap().render(Draw { seed: 7, ordinal }, 0, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn placeholders_are_filled_in() {
        assert_eq!(render("/items/{{counter}}?q", 41), "/items/41?q");
        let number: u64 = render("{{random 5 7}}", 3).parse().unwrap();
        assert!((5..=7).contains(&number));
        assert!(["a", "b b", "c"].contains(&render("{{choice a|b b|c}}", 9).as_str()));
        let uuid = render("{{uuid}}", 1);
        assert!(uuid.len() == 36 && uuid.as_bytes()[14] == b'4' && b"89ab".contains(&uuid.as_bytes()[19]), "{uuid}");
    }

    #[test]
    fn the_same_request_is_the_same_and_others_differ() {
        assert_eq!(render("{{uuid}}", 5), render("{{uuid}}", 5));
        let all: std::collections::BTreeSet<_> = (0..1000).map(|ordinal| render("{{uuid}}", ordinal)).collect();
        assert_eq!(all.len(), 1000);
        let twins = render("{{uuid}} {{uuid}}", 5);
        let (a, b) = twins.split_once(' ').unwrap();
        assert_ne!(a, b);
    }

    #[test]
    fn every_choice_is_as_likely() {
        let ones = (0..3000).filter(|&ordinal| render("{{choice 0|1|2}}", ordinal) == "1").count();
        // 1,000 expected; five standard deviations are 129.
        assert!((871..1129).contains(&ones), "{ones}");
    }

    #[test]
    fn what_is_no_placeholder_is_refused_with_those_that_are() {
        for text in ["{{", "{{nonce}}", "{{random}}", "{{random 7 5}}", "{{random 1 x}}", "{{choice}}", "{{counter 1}}"]
        {
            let error = Template::parse(text).unwrap_err();
            assert_eq!(error.report().expected.as_deref(), Some(FORMS), "{text}");
        }
        assert_eq!(Template::parse(r#"{"a":{"b":1}}"#).unwrap().constant(), Some(br#"{"a":{"b":1}}"#.as_slice()));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            if let Ok(template) = Template::parse(&text) {
                template.render(Draw { seed: 1, ordinal: u64::MAX }, 3, &mut Vec::new());
            }
        }
    }
}
