//! Points in time as text.

use meshery_core::{Error, Result};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Nanoseconds since the Unix epoch of a text by RFC 3339.
pub(super) fn parse(text: &str, place: &str) -> Result<u64> {
    let refuse = || {
        Error::invalid(place, "not a time").expected("RFC 3339, such as 2026-01-31T12:00:00Z, after 1970").found(text)
    };
    let read = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| refuse())?;
    u64::try_from(read.unix_timestamp_nanos()).map_err(|_| refuse())
}

/// By RFC 3339, in UTC.
pub(super) fn format(unix_ns: u64) -> Option<String> {
    OffsetDateTime::from_unix_timestamp_nanos(unix_ns.into()).ok()?.format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_to_the_nanosecond() {
        for text in ["2026-11-23T19:29:52.783729687Z", "1970-01-01T00:00:00Z"] {
            assert_eq!(format(parse(text, "at").unwrap()).as_deref(), Some(text));
        }
        assert_eq!(parse("2026-01-01T01:00:00+01:00", "at").unwrap(), parse("2026-01-01T00:00:00Z", "at").unwrap());
        for text in ["", "yesterday", "1969-12-31T23:59:59Z", "2026-13-01T00:00:00Z"] {
            assert_eq!(parse(text, "at").unwrap_err().report().place.as_deref(), Some("at"), "{text}");
        }
    }
}
