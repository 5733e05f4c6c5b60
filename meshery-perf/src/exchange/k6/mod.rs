//! k6's summary as JSON. Read in all three shapes there are: that of `--summary-export`, that of
//! `--new-machine-readable-summary` (schema 1) and that which `handleSummary` is given. Written in the first.
//!
//! Times are in milliseconds; `http_req_duration` counts from the real send. Percentiles are known by name only. k6 does
//! not tell statuses, kinds of faults, when it began or where requests went.

mod read;
mod write;

use super::{Format, Timing};

pub(super) const FORMAT: Format =
    Format { name: "k6", file_name: "k6-summary.json", read: Some(read::read), write: Some(write::write) };

const MILLISECOND: f64 = 1e6;

/// k6's own metrics, and after them those that k6 has no name for.
const TRENDS: [(&str, Timing); 11] = [
    ("http_req_duration", Timing::Service),
    ("http_req_blocked", Timing::Blocked),
    ("http_req_connecting", Timing::Connect),
    ("http_req_tls_handshaking", Timing::Handshake),
    ("http_req_waiting", Timing::FirstByte),
    ("http_req_receiving", Timing::Receive),
    ("meshery_lookup", Timing::Lookup),
    ("meshery_own_lag", Timing::OwnLag),
    ("meshery_response", Timing::Response),
    ("meshery_send_lag", Timing::SendLag),
    ("meshery_whole", Timing::Whole),
];

/// What k6 puts behind the name of a metric of the requests that it expected to end so.
const EXPECTED: &str = "{expected_response:true}";
