//! The annotations of routes and Services: retries, timeouts, circuit breaking.

use meshery_core::resource::{Field, Node};

/// Which retries are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::analyze) enum Retries {
    Http,
    Grpc,
    Both,
}

/// Whether it is such an annotation.
pub(in crate::analyze) fn is_one(key: &str) -> bool {
    ["retry.linkerd.io/", "timeout.linkerd.io/", "balancer.linkerd.io/"].iter().any(|prefix| key.starts_with(prefix))
}

/// What is wrong with the values of annotations.
pub(in crate::analyze) fn problems(annotations: &Node, retries: Retries) -> Vec<(&Field, String)> {
    let fields = annotations.fields().iter().filter(|field| is_one(&field.key));
    let mut problems: Vec<(&Field, String)> = fields
        .filter_map(|field| {
            let value = field.value.as_str()?;
            Some((field, problem(&field.key, value, retries)?))
        })
        .collect();
    problems.extend(penalties(annotations));
    // A mode that is unknown leaves everything else about it unread.
    if let Some(mode) = annotations.get(MODE).and_then(Node::as_str)
        && !MODES.contains(&mode)
    {
        problems.retain(|(field, _)| !field.key.starts_with(CONSECUTIVE));
    }
    problems
}

/// What circuit breaking goes by: failures in a row, or their share as well.
const MODES: [&str; 2] = ["consecutive", "unified"];
const MODE: &str = "balancer.linkerd.io/failure-accrual";
const CONSECUTIVE: &str = "balancer.linkerd.io/failure-accrual-consecutive-";

fn problem(key: &str, value: &str, retries: Retries) -> Option<String> {
    match key {
        "retry.linkerd.io/limit" => value.parse::<u16>().err().map(|_| "is no number from 0 to 65535".into()),
        "retry.linkerd.io/http" if retries != Retries::Grpc => {
            value.split(',').find(|condition| !is_http_condition(condition)).map(|condition| {
                format!("has {condition:?}, which is none of \"5xx\", \"gateway-error\", a status or a range of them")
            })
        }
        "retry.linkerd.io/grpc" if retries != Retries::Http => value
            .split(',')
            .find(|condition| !is_grpc_condition(condition))
            .map(|condition| format!("has {condition:?}, which is none of the conditions {}", GRPC.join(", "))),
        "retry.linkerd.io/timeout"
        | "timeout.linkerd.io/request"
        | "timeout.linkerd.io/response"
        | "timeout.linkerd.io/idle" => duration_problem(value),
        MODE => (!MODES.contains(&value)).then(|| format!("is none of {}", MODES.join(", "))),
        _ => accrual_problem(key.strip_prefix(CONSECUTIVE)?, value),
    }
}

fn accrual_problem(key: &str, value: &str) -> Option<String> {
    match key {
        "max-failures" => value.trim().parse::<u32>().err().map(|_| "is no number".into()),
        "jitter-ratio" => match value.trim().parse::<f32>() {
            Ok(ratio) if (0.0..=100.0).contains(&ratio) => None,
            _ => Some("is no number from 0 to 100".into()),
        },
        "max-penalty" if milliseconds(value) == Some(0) => Some("is no time at all".into()),
        "max-penalty" | "min-penalty" => duration_problem(value),
        _ => None,
    }
}

/// A shortest penalty that is longer than the longest one.
fn penalties(annotations: &Node) -> Option<(&Field, String)> {
    let found = |name: &str| {
        let field = annotations.fields().iter().find(|field| field.key.strip_prefix(CONSECUTIVE) == Some(name))?;
        Some((field, milliseconds(field.value.as_str()?)?))
    };
    annotations.get(MODE)?;
    let (least, most) = (found("min-penalty"), found("max-penalty"));
    // What they are unless they are said: a second and a minute.
    let (from, to) = (least.map_or(1_000, |(_, time)| time), most.map_or(60_000, |(_, time)| time));
    let field = least.or(most).filter(|_| from > to && to > 0)?.0;
    Some((field, format!("makes the shortest penalty ({from} ms) longer than the longest ({to} ms)")))
}

fn duration_problem(value: &str) -> Option<String> {
    milliseconds(value).is_none().then(|| "is no duration, such as \"300ms\", \"10s\" or \"1m\"".into())
}

/// The milliseconds of a duration as Linkerd writes it: a whole number and one unit.
fn milliseconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, unit) = text.split_at_checked(text.rfind(|c: char| c.is_ascii_digit())? + 1)?;
    let number: u64 = number.parse().ok()?;
    let factor = match unit {
        "" if number == 0 => 0,
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(factor)
}

fn is_http_condition(condition: &str) -> bool {
    let status = |text: &str| text.parse::<u32>().ok().filter(|status| (100..600).contains(status));
    if ["5xx", "gateway-error"].iter().any(|name| condition.eq_ignore_ascii_case(name)) || status(condition).is_some() {
        return true;
    }
    let range = condition.split_once('-').and_then(|(from, to)| Some((status(from)?, status(to)?)));
    range.is_some_and(|(from, to)| from <= to)
}

const GRPC: [&str; 5] = ["cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable"];

fn is_grpc_condition(condition: &str) -> bool {
    GRPC.iter().any(|name| condition.eq_ignore_ascii_case(name))
}
