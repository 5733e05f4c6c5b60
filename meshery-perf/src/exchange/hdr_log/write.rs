//! A line for each exact distribution; the main one without a tag, which is what processors of logs take by default.

use std::time::{Duration, SystemTime};

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use meshery_core::{Error, ErrorKind, Result};

use super::REMARK;
use crate::exchange::outcome::{Outcome, Over};

pub(super) fn write(outcome: &Outcome) -> Result<String> {
    let refuse = |why: String| Error::new(ErrorKind::Internal, "the histogram does not serialize").found(why);
    let main = outcome.main().filter(|main| main.values.latencies().is_some()).ok_or_else(|| {
        let error = Error::new(ErrorKind::Unsupported, "the result does not say what this format has to");
        error.expected("an exact histogram").found("none")
    })?;
    let (mut bytes, mut serializer) = (Vec::new(), V2DeflateSerializer::new());
    let mut head = IntervalLogWriterBuilder::new();
    let remark = format!("{REMARK}{}]", main.timing.name());
    // The writer puts the sign of a remark before it.
    head.add_comment(remark.trim_start_matches('#')).with_max_value_divisor(1e6);
    if let Some(started) = outcome.started_unix_ns {
        let started = SystemTime::UNIX_EPOCH + Duration::from_nanos(started);
        head.with_start_time(started).with_base_time(started);
    }
    let mut log = head.begin_log_with(&mut bytes, &mut serializer).map_err(|error| refuse(error.to_string()))?;
    let window = outcome.window.unwrap_or_default();
    for timed in outcome.times.iter().filter(|timed| timed.over != Over::Failed) {
        let Some(latencies) = timed.values.latencies() else { continue };
        let tag = if timed.timing == main.timing { None } else { Tag::new(timed.timing.name()) };
        log.write_histogram(latencies.as_hdr(), Duration::ZERO, window, tag)
            .map_err(|error| refuse(format!("{error:?}")))?;
    }
    String::from_utf8(bytes).map_err(|error| refuse(error.to_string()))
}
