//! What options mean for the rules that there are.

use std::time::{Duration, SystemTime};

use meshery_core::analyzer::{Options, Profile};
use time::{Date, OffsetDateTime};

use super::{Rule, rules};

/// The default options at this time; on a machine without a clock, at none.
///
/// ```
/// assert!(meshery_mesh::analyze::at_this_time().now.is_some());
/// ```
pub fn at_this_time() -> Options {
    let has_clock = cfg!(not(all(target_family = "wasm", target_os = "unknown")));
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok();
    // Whole seconds, as options are written down.
    let now = has_clock.then(now).flatten().map(|now| Duration::from_secs(now.as_secs()));
    Options { now, ..Options::default() }
}

/// The rules that are asked for.
pub(super) fn chosen(options: &Options) -> Vec<&'static Rule> {
    let named = |names: &[String], rule: &Rule| names.iter().any(|name| rule.answers_to(name));
    // Who names a rule wants it, whatever the profile.
    let wanted = |rule: &Rule| match options.profile {
        Profile::Istioctl => !rule.upstream.is_empty() && (options.select.is_empty() || named(&options.select, rule)),
        _ if !options.select.is_empty() => named(&options.select, rule),
        profile => profile.has(rule.category, rule.severity),
    };
    rules().filter(|rule| wanted(rule) && !named(&options.ignore, rule)).collect()
}

/// What day it is in UTC.
pub(super) fn today(options: &Options) -> Option<Date> {
    let seconds = i64::try_from(options.now?.as_secs()).ok()?;
    Some(OffsetDateTime::from_unix_timestamp(seconds).ok()?.date())
}
