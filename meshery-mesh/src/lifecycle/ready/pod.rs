//! Pods, and why they do not get anywhere.

use meshery_core::{Health, Object};
use serde_json::Value;

use super::{Rule, condition};

pub(super) const RULE: Rule = Rule { group: "", kind: "Pod", judge };

/// Reasons for waiting that do not go away by waiting.
const HOPELESS: &[&str] = &[
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "InvalidImageName",
];

fn judge(pod: &Object) -> Health {
    match pod.text("/status/phase") {
        "Succeeded" => return Health::Ready,
        "Failed" => return Health::failed(format!("the pod failed: {}", pod.text("/status/message"))),
        _ => {}
    }
    let containers = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let mut waiting = containers.iter().flat_map(|list| pod.items(list)).filter_map(held_up);
    if let Some((hopeless, words)) = waiting.next() {
        return if hopeless { Health::failed(words) } else { Health::progressing(words) };
    }
    if let Some(scheduled) = condition::find(pod, "PodScheduled").filter(|scheduled| !scheduled.holds()) {
        return Health::progressing(format!("not scheduled: {}", scheduled.words()));
    }
    condition::wants(pod, "Ready")
}

/// Why a container waits, and whether that is without hope.
fn held_up(container: &Value) -> Option<(bool, String)> {
    let waiting = container.pointer("/state/waiting")?;
    let text = |name: &str| waiting[name].as_str().unwrap_or_default();
    let name = container["name"].as_str().unwrap_or_default();
    let ended = container.pointer("/lastState/terminated/exitCode").and_then(Value::as_i64);
    let ended = ended.map_or(String::new(), |code| format!(", after it ended with exit code {code}"));
    let words = format!("container {name}: {}: {}{ended}", text("reason"), text("message"));
    Some((HOPELESS.contains(&text("reason")), words))
}
